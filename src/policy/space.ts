// The address space of a family under a policy, and the differences between two policies.
// This module is browser-compatible.
import { diffSegments, type Family, type Segments, segmentsOf } from "../core/index.ts";
import { type Outcome, type Outcomes, outcomesOf } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
import { formatVerdict } from "./verdict.ts";

/** The address space of a family, split where the deciding rule changes. Every segment has an outcome. */
export interface Space {
  readonly segments: Segments;
  /** The outcome of the segment with this index. */
  at(index: number): Outcome;
  readonly outcomes: Outcomes;
}

/** The space of a family under a policy. O(n). */
export function spaceOf(policy: readonly FamilyPolicy[], family: Family): Space {
  return spaceBy(outcomesOf(policy), family);
}

/** As {@link spaceOf}, by outcomes, which may be those of a plain list. */
export function spaceBy(outcomes: Outcomes, family: Family): Space {
  const segments = segmentsOf(outcomes.prefixes, family, "longest");
  return { segments, outcomes, at: (index) => outcomes.at(segments.owners[index] ?? -1) };
}

/** A range of addresses, both ends included, whose verdict differs between two policies. */
export interface SpaceChange {
  readonly first: bigint;
  readonly last: bigint;
  readonly before: Outcome;
  readonly after: Outcome;
}

/** The ranges in which the verdicts of two spaces of the same family differ, regardless of scope, in address order. O(n). */
export function diffSpaces(before: Space, after: Space): readonly SpaceChange[] {
  const numbers = new Map<string, number>();
  const classesOf = ({ outcomes }: Space) => {
    const classes = new Int32Array(outcomes.prefixes.length + 1);
    for (let i = 0; i < outcomes.prefixes.length; i++) {
      const text = formatVerdict(outcomes.verdict(i));
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      classes[i + 1] = number;
    }
    return classes;
  };
  const classes = { before: classesOf(before), after: classesOf(after) };
  return diffSegments(before.segments, after.segments, classes).map(({ first, last, before: a, after: b }) => {
    return { first, last, before: before.outcomes.at(a), after: after.outcomes.at(b) };
  });
}
