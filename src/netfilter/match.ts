// Constructors of matches that the readers of both tools share.
// This module is browser-compatible.

import type { Intervals } from "./intervals.ts";
import { only } from "./intervals.ts";
import type { Match, NameField, NumberField } from "./model.ts";
import { STATE_BITS, STATUS_BITS } from "./names.ts";

export const ALWAYS: Match = { kind: "constant", value: true };
export const NEVER: Match = { kind: "constant", value: false };

export function numberMatch(field: NumberField, values: Intervals, negated = false, mask?: bigint): Match {
  return { kind: "number", key: mask === undefined ? { field } : { field, mask }, values, negated };
}

export const nameMatch = (field: NameField, patterns: readonly string[], negated = false): Match => {
  return { kind: "name", key: { field }, patterns, negated };
};

/** Matches if one of these bits is set. */
export const anyBit = (field: "state" | "status" | "mark" | "connectionMark", bits: bigint, negated = false): Match =>
  numberMatch(field, only(0n), !negated, bits);

export const unknownMatch = (name: string, text: string, varies = false): Match => {
  return { kind: "unknown", name, text, varies };
};

/** The opposite of a match. */
export function negate(match: Match): Match {
  switch (match.kind) {
    case "constant":
      return { kind: "constant", value: !match.value };
    case "unknown":
      return { kind: "all", of: [match], negated: true };
    default:
      return { ...match, negated: !match.negated };
  }
}

export const negateIf = (isNegated: boolean, match: Match): Match => (isNegated ? negate(match) : match);

export function allMatch(of: readonly Match[]): Match {
  const [first, second] = of;
  return first && !second ? first : { kind: "all", of, negated: false };
}

export function anyMatch(of: readonly Match[]): Match {
  const [first, second] = of;
  return first && !second ? first : { kind: "any", of, negated: false };
}

/** The bits of these connection states; undefined if a name is not known. */
export const stateBits = (names: readonly string[]): bigint | undefined => bitsNamed(STATE_BITS, names);
export const statusBits = (names: readonly string[]): bigint | undefined => bitsNamed(STATUS_BITS, names);

function bitsNamed(known: Readonly<Record<string, bigint>>, names: readonly string[]): bigint | undefined {
  let bits = 0n;
  for (const name of names) {
    const bit = known[name.toLowerCase().replace("_", "-")];
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}
