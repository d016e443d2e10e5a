// Names that nft takes for a table.
// This module is browser-compatible.

/** Why a name is not one for a table; undefined if it is. */
export function checkTableName(name: string): string | undefined {
  return /^[A-Za-z_.][\w./-]{0,127}$/.test(name)
    ? undefined
    : "a table's name begins with a letter, and has letters, digits and _ . / - in it";
}
