// Splits a rule's text into arguments.
// This module is browser-compatible.

/**
 * The arguments of a printed rule: words separated by spaces. In quotes, a space or newline is part of the word, and a
 * backslash escapes the next character (iptables/xshared.c, add_param_to_argv; libxtables, xtables_save_string).
 *
 * @example
 * ```ts
 * readWords('-m comment --comment "two\\nlines" -j X');
 * // ["-m", "comment", "--comment", "two\\nlines", "-j", "X"]
 * ```
 */
export function readWords(spec: string): string[] {
  const words = spec.match(/(?:"(?:\\[\s\S]|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\[\s\S]|[^"\\])*)"/g, (_, quoted: string) => quoted.replace(/\\([\s\S])/g, "$1")),
  );
}
