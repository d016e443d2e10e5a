// Text from outside, as it may be shown.
// This module is browser-compatible.

/**
 * Control characters, those of Unicode that turn the direction of the text that follows, and its line separators. Tabs and
 * newlines are none of them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * The text with U+FFFD in place of each character that could move the cursor, colour or rename the terminal, or forge what
 * stands around it. Columns stay.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\uFFFD");
}

/** Are all of its characters of the kind that {@link printable} leaves as they are? */
export function isPrintable(text: string): boolean {
  return printable(text) === text;
}

/** The same for a name that must stay on its line. */
export function printableName(name: string): string {
  return printable(name).replace(/[\t\n]/g, "\uFFFD");
}

/** JSON that means the same, with the characters escaped that JSON.stringify leaves as they are. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
