// Addresses in a line of text, read as the core finds them (assembly/find.ts).
// This module is browser-compatible.
import { parseAddresses } from "../core/index.ts";

/** Is it an address, and nothing else? */
export const isAddress = (text: string): boolean => parseAddresses([text]).read[0]?.ok === true;

/** What of a word may be an address: without a full stop, a zone or a port. */
function partsOf(word: string): readonly string[] {
  const trimmed = word.replace(/\.+$/, "");
  if (!trimmed.includes(":")) return [trimmed];
  const whole = [trimmed, trimmed.replace(/:$/, "")].map((text) => text.replace(/%.+$/s, ""));
  return [...whole.filter((text) => text.includes(":")), ...trimmed.split(":").filter((part) => part.includes("."))];
}

/** The addresses of a line, in their order. */
export function addressesIn(line: string): readonly string[] {
  // Whole words first: a search for the dot from each letter of a long word takes quadratic time.
  const words = line.match(/[0-9A-Za-z.:%]+/g)?.filter((word) => /[.:]/.test(word)) ?? [];
  return words.flatMap((word) => partsOf(word).find(isAddress) ?? []);
}
