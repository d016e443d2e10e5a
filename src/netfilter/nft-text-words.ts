// Splits nft's text into words.
// This module is browser-compatible.

/** Iterates over the words of a rule. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The next word, or a later one; empty at the end. */
  peek(ahead = 0): string {
    return this.#words[this.#at + ahead] ?? "";
  }

  next(): string {
    return this.#words[this.#at++] ?? "";
  }

  /** Takes the next word if it is one of these. */
  take(...words: readonly string[]): string | undefined {
    return words.includes(this.peek()) ? this.next() : undefined;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }
}

/** Splits a line into words. Quoted text is one word, quotes included; commas, braces and semicolons are words. */
export function wordsOf(line: string): readonly string[] {
  return line.match(/"(?:[^"\\]|\\.)*"|[{},;]|[^\s"{},;]+/g) ?? [];
}

/** Removes the quotes. */
export const bare = (word: string): string => word.replace(/^"(.*)"$/s, "$1");
