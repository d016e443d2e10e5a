// Sets of numbers as sorted intervals that do not touch each other.
// This module is browser-compatible.
import type { Interval } from "../core/index.ts";

export type Intervals = readonly Interval[];

/** All numbers with this many bits. */
export const allOf = (bits: number): Intervals => [{ first: 0n, last: (1n << BigInt(bits)) - 1n }];

/** A set of one number. */
export const only = (number: bigint | number): Intervals => [{ first: BigInt(number), last: BigInt(number) }];

/** Sorts and merges any intervals. */
export function normalize(intervals: Intervals): Intervals {
  const sorted = intervals.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const joined: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = joined.at(-1);
    if (before && first <= before.last + 1n) {
      if (last > before.last) before.last = last;
    } else joined.push({ first, last });
  }
  return joined;
}

export const unite = (a: Intervals, b: Intervals): Intervals =>
  a.length === 0 || a === b ? b : b.length === 0 ? a : normalize([...a, ...b]);

/** The index of the first interval that ends at `number` or later. O(log n). */
function findEnd(intervals: Intervals, number: bigint): number {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[middle] as Interval).last < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The numbers in both. Looks up the intervals of the shorter list in the longer one. */
export function intersect(a: Intervals, b: Intervals): Intervals {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const both: Interval[] = [];
  for (const { first, last } of few) {
    for (let i = findEnd(many, first); i < many.length; i++) {
      const other = many[i] as Interval;
      if (other.first > last) break;
      both.push({ first: other.first > first ? other.first : first, last: other.last < last ? other.last : last });
    }
  }
  return both;
}

/** The numbers of `a` that are not in `b`. */
export function subtract(a: Intervals, b: Intervals): Intervals {
  const [first] = b;
  const last = b.at(-1);
  if (!first || !last) return a;
  // Visits only the part of `a` that `b` spans: a rule has few addresses, but the packets may have many.
  const from = findEnd(a, first.first);
  const to = findEnd(a, last.last);
  const rest = to < a.length ? to + 1 : to;
  return a.slice(0, from).concat(subtractEach(a.slice(from, rest), b), a.slice(rest));
}

function subtractEach(a: Intervals, b: Intervals): Interval[] {
  const left: Interval[] = [];
  for (const { first, last } of a) {
    let from = first;
    for (let i = findEnd(b, first); i < b.length && from <= last; i++) {
      const other = b[i] as Interval;
      if (other.first > last) break;
      if (other.first > from) left.push({ first: from, last: other.first - 1n });
      from = other.last + 1n;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}

/** The only number of a set; undefined if it has several. */
export function single(intervals: Intervals): bigint | undefined {
  const [one] = intervals;
  return one && intervals.length === 1 && one.first === one.last ? one.first : undefined;
}
