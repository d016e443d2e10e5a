// Names for the table.
// This module is browser-compatible.

/** Names under which iptables, ebtables and kube-proxy keep tables: ours would take the place of theirs. */
const TAKEN: readonly string[] = ["filter", "nat", "mangle", "raw", "security", "broute", "kube-proxy"];

/** Why a name cannot be that of our table; undefined if it can. */
export function checkTableName(name: string): string | undefined {
  if (TAKEN.includes(name)) return "a table of that name belongs to another program, whose rules would be lost";
  if (/^[A-Za-z_.][\w./-]{0,127}$/.test(name)) return undefined;
  return "a table's name begins with a letter, and has letters, digits and _ . / - in it";
}
