// Computes the addresses of one list that are not in another.
// This module is browser-compatible.
import type { Family } from "./prefix.ts";
import { type Interval, intervalsToPrefixes } from "./range.ts";
import type { PrefixRecords } from "./record.ts";
import { diffSegments, type Segments, splitSpace } from "./segments.ts";
import { readTexts } from "./texts.ts";

/**
 * Returns the smallest list of CIDRs that covers the addresses of `from` without those of `removed`, sorted, IPv4 first.
 * Addresses count as CIDRs of full length; host bits are cleared. O(n).
 *
 * Throws `TypeError` if an argument is not an array of strings, and {@link InvalidCidrError} for the first text that is neither
 * a CIDR nor an address.
 *
 * @example
 * ```ts
 * subtract(["10.0.0.0/8"], ["10.128.0.0/9"]); // ["10.0.0.0/9"]
 * subtract(["10.0.0.0/30"], ["10.0.0.1"]); // ["10.0.0.0/32", "10.0.0.2/31"]
 * ```
 */
export function subtract(from: readonly string[], removed: readonly string[]): string[] {
  const left = readTexts(from, "the first list");
  const right = readTexts(removed, "the second list");
  return (["ipv4", "ipv6"] as const).flatMap((family) => intervalsToPrefixes(family, remaining(family, left, right)));
}

/** The ranges of addresses that are only in the first list, sorted and apart. */
function remaining(family: Family, from: PrefixRecords, removed: PrefixRecords): Interval[] {
  const before = splitSpace(from, family, "longest");
  const after = splitSpace(removed, family, "longest");
  const ranges: { first: bigint; last: bigint }[] = [];
  // Addresses in both lists have the same class, and so do addresses in neither.
  const differences = diffSegments(before, after, { before: classesOf(before), after: classesOf(after) });
  for (const { first, last, before: owner } of differences) {
    if (owner < 0) continue;
    const previous = ranges.at(-1);
    if (previous && previous.last + 1n === first) previous.last = last;
    else ranges.push({ first, last });
  }
  return ranges;
}

/** A class for each owner, starting with -1: 0 for no owner, 1 for any prefix. */
const classesOf = ({ owners }: Segments) =>
  new Int32Array(owners.reduce((largest, owner) => Math.max(largest, owner), -1) + 2).fill(1, 1);
