// Other programs' rules in messages.
// This module is browser-compatible.

/** Escapes control characters, so that text in another program's rule cannot look like a line of ours. */
export function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are to be escaped
  return text.replace(/[\u0000-\u001f\u007f]/g, (character) => {
    return character === "\n" ? "\\n" : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
