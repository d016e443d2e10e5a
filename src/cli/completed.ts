// What a shell can complete: the tables of commands and flags as all three scripts need them.
import type { Command } from "./command.ts";
import { FLAGS, type Flag, flagsOf, SHORTS } from "./flags.ts";

/** What a shell may complete for a command. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly (readonly [string, Flag])[];
  /** What its words are: `FILE`, `a|b` for one of these, or something that nothing completes. */
  readonly operand: string;
  /** Does it take more than one? */
  readonly repeats: boolean;
}

/** Flags that take a value, those without effect too: the word after one is no command and no operand. */
export const VALUED = [
  ...Object.keys(FLAGS).filter((name) => FLAGS[name]?.type === "string"),
  ...[...SHORTS].flatMap(([letter, name]) => (FLAGS[name]?.type === "string" ? [letter] : [])),
];

/** Letters and the names that they stand for. */
export const LETTERS = [...SHORTS];

/** What can follow the = of a flag without a value. */
export const BOOLS = "true|false";

/** The operand is the last word of what the usage shows: `[FILE…]`, `--from=FILE --to=FILE [FILE]`. */
export function completed(name: string, { summary, operands }: Command): Completed {
  const [, operand = "", more] = /(?:^| )\[?([^-\s[\]\u2026]+)(\u2026?)\]?$/.exec(operands) ?? [];
  return { name, summary, flags: flagsOf(name), operand, repeats: more === "…" };
}
