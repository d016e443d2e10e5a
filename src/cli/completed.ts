// What a shell can complete: the tables of commands and flags in the form that all three scripts need.
import type { Command } from "./command.ts";
import { FLAGS, type Flag, flagsOf, SHORTS } from "./flags.ts";

/** What a shell can complete for a command. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly (readonly [string, Flag])[];
  /** `FILE`, `a|b` for a choice, or a name that has no completion. */
  readonly operand: string;
  /** Whether it takes more than one. */
  readonly repeats: boolean;
}

/** Flags that take a value, including those without effect: the word after one is neither a command nor an operand. */
export const VALUED = [
  ...Object.keys(FLAGS).filter((name) => FLAGS[name]?.type === "string"),
  ...[...SHORTS].flatMap(([letter, name]) => (FLAGS[name]?.type === "string" ? [letter] : [])),
];

/** Short forms and the names that they stand for. */
export const LETTERS = [...SHORTS];

/** What can follow the = of a flag without a value. */
export const BOOLS = "true|false";

/** The operand is the last word of the usage line: `[FILE…]`, `--from=FILE --to=FILE [FILE]`. */
export function completed(name: string, { summary, operands }: Command): Completed {
  const [, operand = "", more] = /(?:^| )\[?([^-\s[\]\u2026]+)(\u2026?)\]?$/.exec(operands) ?? [];
  return { name, summary, flags: flagsOf(name), operand, repeats: more === "…" };
}
