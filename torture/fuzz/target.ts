// What is fuzzed, one input at a time.
export interface Target {
  readonly name: string;
  /** Inputs of one try: as many as take some 100 ms. */
  readonly batch: number;
  /** Inputs to begin with, besides those of the corpus. */
  seeds(): readonly string[];
  /** Pieces that mean something to what is fuzzed. */
  readonly dictionary: readonly string[];
  /**
   * Runs what is fuzzed, and throws if a property does not hold. Returns what the input has shown, in a word or two: an input that
   * shows something new is mutated further.
   */
  run(input: string): string | Promise<string>;
}

/** Fails unless two values are the same as JSON. */
export function same(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [found, expected].map((value) =>
    JSON.stringify(value, (_, one) => (typeof one === "bigint" ? `${one}n` : one)),
  );
  if (a !== b) throw new Error(`${what}: found ${a}, expected ${b}`);
}
