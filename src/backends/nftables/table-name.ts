// Names that a table of ours may have.
// This module is browser-compatible.

/** Names under which iptables, ebtables and kube-proxy keep tables: ours would take the place of theirs. */
const OTHERS: readonly string[] = ["filter", "nat", "mangle", "raw", "security", "broute", "kube-proxy"];

/** Why a name is not one for a table of ours; undefined if it is. */
export function checkTableName(name: string): string | undefined {
  if (OTHERS.includes(name)) return "a table of that name belongs to another program, whose rules would be lost";
  return /^[A-Za-z_.][\w./-]{0,127}$/.test(name)
    ? undefined
    : "a table's name begins with a letter, and has letters, digits and _ . / - in it";
}
