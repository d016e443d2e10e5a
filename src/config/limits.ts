// How much of a config is read. Whoever may edit a ConfigMap must not be able to exhaust the memory of every node with it.
// This module is browser-compatible.

/** Bytes of a file. A ConfigMap holds no more (kubernetes, pkg/apis/core/validation, MaxSecretSize). */
export const MAX_BYTES = 1_048_576;

/** How deep collections may be nested: the parser recurses for each level. */
export const MAX_DEPTH = 100;

/** Errors of syntax after which reading stops: behind the first few, most follow from those before. */
export const MAX_SYNTAX_ERRORS = 100;

/**
 * Scalars, brackets, commas, dashes and the like: each costs the parser some hundred bytes. The shortest list of different
 * CIDRs that fills a file needs 210,000: an address and a comma or a dash for each of 105,000.
 */
export const MAX_MARKS = 220_000;

/** Values that a document stands for, those behind aliases and merge keys included. */
export const MAX_VALUES = 220_000;

/** Diagnostics of one code that are kept; the others are counted. By code, so that no warning takes an error's place. */
export const MAX_KEPT = 100;

/**
 * Rules that translated destinations may come to: iptables takes one for each pair of a source range and an interface, so
 * that short lists can multiply to more than a node has memory for.
 */
export const MAX_TRANSLATED_RULES = 100_000;

/** Characters that are read of a list entry. No prefix is as long, so a longer entry stays invalid when it is cut. */
export const MAX_ENTRY = 1_000;

/** Characters of a value that a message repeats. */
const MAX_SHOWN = 200;

/** The text, or its beginning if it is too long to be shown. */
export function excerpt(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Has the text more bytes than a config may have? */
export function isTooLarge(source: string | Uint8Array): boolean {
  if (source.length > MAX_BYTES) return true;
  // A UTF-16 code unit is three bytes at most.
  if (typeof source !== "string" || source.length * 3 <= MAX_BYTES) return false;
  return new TextEncoder().encode(source).length > MAX_BYTES;
}
