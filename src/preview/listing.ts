// A pasted `nft list ruleset`, or parts of one.

/** The text is not output of nft. */
export class ListingError extends Error {
  override name = "ListingError";
}

/** The number of characters of a line that an error shows. */
const SHOWN = 60;

/**
 * Returns the listing with tabs in place of spaces from a terminal. Any number of tables may follow one another, with comments
 * between them. Throws {@link ListingError}.
 */
export function checkListing(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^(?: {8})+/, (spaces) => "\t".repeat(spaces.length / 8)));
  let isInside = false;
  for (const [i, line] of lines.entries()) {
    if (isInside) isInside = line.trimEnd() !== "}";
    else if (/^table \w+ \S+ \{/.test(line)) isInside = true;
    else if (!/^\s*(?:#|$)/.test(line)) {
      throw new ListingError(`line ${i + 1} is not inside a table: ${line.trim().slice(0, SHOWN)}`);
    }
  }
  if (isInside) throw new ListingError("it ends in the middle of a table");
  return lines.join("\n");
}
