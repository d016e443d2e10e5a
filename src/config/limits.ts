// Limits for configs, so that users who can edit a ConfigMap cannot exhaust the memory of every node.
// This module is browser-compatible.

/** The size of a file in bytes; a ConfigMap cannot be larger (kubernetes, pkg/apis/core/validation, MaxSecretSize). */
export const MAX_BYTES = 1_048_576;

/** The nesting depth of collections: the parser is recursive. */
export const MAX_DEPTH = 100;

/** The number of syntax errors after which reading stops: most are consequences of the first few. */
export const MAX_SYNTAX_ERRORS = 100;

/**
 * The number of scalars, brackets, commas, dashes and the like: each costs the parser some hundred bytes. The longest list
 * of different CIDRs that fits in a file needs 210,000: an address and a comma or a dash for each of 105,000.
 */
export const MAX_MARKS = 220_000;

/** The number of values in a document, with aliases and merge keys expanded. */
export const MAX_VALUES = 220_000;

/** How many diagnostics of one code are kept; the others are counted. Per code, so that warnings cannot displace errors. */
export const MAX_KEPT = 100;

/**
 * The number of rules for translated destinations: iptables takes one for each pair of a source range and an interface, so
 * short lists can multiply to more than fits in a node's memory.
 */
export const MAX_TRANSLATED_RULES = 100_000;

/** How many characters of a list entry are read. No prefix is that long, so a longer entry stays invalid if truncated. */
export const MAX_ENTRY = 1_000;

/** How many characters of a value a message repeats. */
const MAX_SHOWN = 200;

/** The text, truncated if it is too long for a message. */
export function excerpt(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Whether the text has more bytes than a config may have. */
export function isTooLarge(source: string | Uint8Array): boolean {
  if (source.length > MAX_BYTES) return true;
  // A UTF-16 code unit takes at most three bytes.
  if (typeof source !== "string" || source.length * 3 <= MAX_BYTES) return false;
  return new TextEncoder().encode(source).length > MAX_BYTES;
}
