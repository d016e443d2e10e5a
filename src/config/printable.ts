// Makes text from outside safe to show.
// This module is browser-compatible.

/**
 * Control characters except tabs and newlines, and Unicode's bidirectional controls and line separators.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are to be replaced
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Replaces each character that could move the cursor, colour or rename the terminal, or forge the text around it, with
 * U+FFFD. Columns stay the same.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\uFFFD");
}

/** Whether {@link printable} leaves the text unchanged. */
export function isPrintable(text: string): boolean {
  return printable(text) === text;
}

/** As {@link printable}, for a name that must stay on one line. */
export function printableName(name: string): string {
  return printable(name).replace(/[\t\n]/g, "\uFFFD");
}

/** Escapes these characters in JSON, where JSON.stringify does not. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
