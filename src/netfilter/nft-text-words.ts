// The words of nft's text.
// This module is browser-compatible.

/** Words of a rule, one by one. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The word that is next, or one behind it; empty at the end. */
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

/** Cuts a line into words. A text in quotes is one with its quotes; commas, braces and semicolons stand by themselves. */
export function wordsOf(line: string): readonly string[] {
  return line.match(/"(?:[^"\\]|\\.)*"|[{},;]|[^\s"{},;]+/g) ?? [];
}

/** Without its quotes. */
export const bare = (word: string): string => word.replace(/^"(.*)"$/s, "$1");
