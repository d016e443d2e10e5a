/**
 * The arguments that a rule was printed from: words between spaces; in quotes a space or newline is part of the word, and a
 * backslash takes the next character as it is (iptables/xshared.c, add_param_to_argv; libxtables, xtables_save_string).
 *
 * @example
 * ```ts
 * readWords('-m comment --comment "two\\nlines" -j X');
 * // ["-m", "comment", "--comment", "two\\nlines", "-j", "X"]
 * ```
 */
export declare function readWords(spec: string): string[];
