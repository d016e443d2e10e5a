// The flag that names our table, and the names that it may have.
// This module is browser-compatible.

export const TABLE_FLAG = "nft-table";

/** The names of tables of iptables, ebtables and kube-proxy: ours would replace theirs. */
const OTHERS: readonly string[] = ["filter", "nat", "mangle", "raw", "security", "broute", "kube-proxy"];

/** Why a name cannot be used for our table; undefined if it can. */
export function checkTableName(name: string): string | undefined {
  if (OTHERS.includes(name)) return "a table of that name belongs to another program, whose rules would be lost";
  return /^[A-Za-z_.][\w./-]{0,127}$/.test(name)
    ? undefined
    : "a table's name begins with a letter and contains only letters, digits and _ . / -";
}
