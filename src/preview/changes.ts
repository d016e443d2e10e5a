// The blocks of addresses whose verdict differs between two policies.
import { type Family, formatIntervals } from "../core/index.ts";
import {
  diffSpaces,
  type FamilyPolicy,
  formatVerdict,
  type PolicyRule,
  type SpaceChange,
  spaceOf,
  type Verdict,
} from "../policy/index.ts";

/** Addresses, both ends included, whose verdict changes in one way. */
export interface ChangedBlock {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
  /** A CIDR if it is one, else `first-last`. */
  readonly name: string;
  readonly count: bigint;
  readonly before: Verdict;
  readonly after: Verdict;
  /** The entries that decide its first address, before and after; undefined if none does. */
  readonly ruleBefore: PolicyRule | undefined;
  readonly rule: PolicyRule | undefined;
}

/** The blocks of a family, largest first. Adjacent blocks that change in the same way are merged. */
export function changedBlocks(before: FamilyPolicy, after: FamilyPolicy): readonly ChangedBlock[] {
  const { family } = after;
  const merged = mergeNeighbours(diffSpaces(spaceOf([before], family), spaceOf([after], family)));
  const names = formatIntervals(family, merged);
  const blocks = merged.map(({ first, last, before: old, after: now }, i): ChangedBlock => {
    return {
      ...{ family, first, last, name: names[i] ?? "", count: last - first + 1n },
      ...{ before: old.verdict, after: now.verdict, ruleBefore: old.rule, rule: now.rule },
    };
  });
  // The sort is stable: blocks of one size stay in the order of addresses.
  return blocks.sort((a, b) => (a.count === b.count ? 0 : a.count < b.count ? 1 : -1));
}

const waysOf = ({ before, after }: SpaceChange) => `${formatVerdict(before.verdict)} ${formatVerdict(after.verdict)}`;

function mergeNeighbours(changes: readonly SpaceChange[]): readonly SpaceChange[] {
  const merged: SpaceChange[] = [];
  for (const change of changes) {
    const previous = merged.at(-1);
    if (previous && previous.last + 1n === change.first && waysOf(previous) === waysOf(change)) {
      merged[merged.length - 1] = { ...previous, last: change.last };
    } else merged.push(change);
  }
  return merged;
}
