// Finds the addresses in a line of text, as the core does (assembly/find.ts).
// This module is browser-compatible.
import { parseAddresses } from "../core/index.ts";

/** Whether the text is an address and nothing else. */
export const isAddress = (text: string): boolean => parseAddresses([text]).read[0]?.ok === true;

/** The parts of a word that may be an address: without a final dot, a zone or a port. */
function partsOf(word: string): readonly string[] {
  const trimmed = word.replace(/\.+$/, "");
  if (!trimmed.includes(":")) return [trimmed];
  const whole = [trimmed, trimmed.replace(/:$/, "")].map((text) => text.replace(/%.+$/s, ""));
  return [...whole.filter((text) => text.includes(":")), ...trimmed.split(":").filter((part) => part.includes("."))];
}

/** The addresses of a line, in order. */
export function addressesIn(line: string): readonly string[] {
  // Match whole words first: searching for a dot from each letter of a long word takes quadratic time.
  const words = line.match(/[0-9A-Za-z.:%]+/g)?.filter((word) => /[.:]/.test(word)) ?? [];
  return words.flatMap((word) => partsOf(word).find(isAddress) ?? []);
}
