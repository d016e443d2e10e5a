// Rules of others, shown to people.
// This module is browser-compatible.

/** The text with control characters escaped: what another program wrote into a rule must not look like a line of ours. */
export function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f]/g, (character) => {
    return character === "\n" ? "\\n" : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
