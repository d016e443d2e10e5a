// A fuzz target, which takes one input at a time.
export interface Target {
  readonly name: string;
  /** Inputs per attempt: as many as take some 100 ms. */
  readonly batch: number;
  /** Initial inputs, besides those in the corpus. */
  seeds(): readonly string[];
  /** Pieces that are meaningful to the target. */
  readonly dictionary: readonly string[];
  /**
   * Runs the target, and throws if a property does not hold. Returns the outcome in a word or two: an input with a new
   * outcome is mutated further.
   */
  run(input: string): string | Promise<string>;
}

/** Fails unless two values are equal as JSON. */
export function same(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [found, expected].map((value) =>
    JSON.stringify(value, (_, one) => (typeof one === "bigint" ? `${one}n` : one)),
  );
  if (a !== b) throw new Error(`${what}: found ${a}, expected ${b}`);
}
