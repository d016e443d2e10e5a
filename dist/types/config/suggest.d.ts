/** The candidate nearest to `word`, without regard to case, or undefined where none is near enough to be meant. */
export declare function suggest(word: string, candidates: readonly string[]): string | undefined;
