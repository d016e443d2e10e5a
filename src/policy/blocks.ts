// The address space as rows of a table: CIDRs with their decisions, or CIDRs that two policies decide differently.
// This module is browser-compatible.
import {
  diffPrefixes,
  type Family,
  formatAddresses,
  rangeToPrefixes,
  type SegmentDifference,
  segmentsOf,
} from "../core/index.ts";
import { type Judge, treatmentsOf } from "./judge.ts";

/** The addresses of one CIDR, which have the same decision. */
export interface Block<T> {
  readonly cidr: string;
  /** Both ends, in canonical text. */
  readonly first: string;
  readonly last: string;
  /** Both ends as numbers, for IPv4 only. */
  readonly numbers: readonly [first: number, last: number] | undefined;
  readonly value: T;
}

/** A range of addresses with the same value, both ends included. */
export interface Stretch<T> {
  readonly first: bigint;
  readonly last: bigint;
  readonly value: T;
}

/** The address space of a family as stretches with the index of their decision, in order, without gaps. O(n). */
export function* stretchesOf({ table }: Judge, family: Family): Generator<Stretch<number>, void, void> {
  const segments = segmentsOf(table.prefixes, family, "longest");
  for (let i = 0; i < segments.length; i++) {
    yield { first: segments.first(i), last: segments.last(i), value: segments.owners[i] ?? -1 };
  }
}

/**
 * The address ranges that two judges treat differently, in address order, with the indexes of their decisions. Decisions that
 * depend on different facts differ. O(n).
 */
export function diffJudges(before: Judge, after: Judge, families: readonly Family[]): readonly JudgeDifference[] {
  const [old, wanted] = treatmentsOf(before, after).map(withoutOwner);
  if (!old || !wanted) return [];
  const classes = { before: old, after: wanted };
  return families.map((family) => {
    return { family, differences: diffPrefixes(before.table.prefixes, after.table.prefixes, family, classes) };
  });
}

export interface JudgeDifference {
  readonly family: Family;
  readonly differences: readonly SegmentDifference[];
}

/** The classes of owners from -1 on. That one does not occur, because every address has an outcome. */
function withoutOwner(treatments: Int32Array): Int32Array {
  const classes = new Int32Array(treatments.length + 1);
  classes.set(treatments, 1);
  return classes;
}

/** The fewest CIDRs that cover the stretches, each within one stretch, in order. */
export function* blocksOf<T>(family: Family, stretches: Iterable<Stretch<T>>): Generator<Block<T>, void, void> {
  const split = family === "ipv4" ? splitIPv4 : splitIPv6;
  for (const stretch of stretches) yield* split(stretch);
}

const dotted = (address: number) =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

/** Computes with numbers instead of bigints, because a large table has millions of IPv4 blocks. */
function* splitIPv4<T>({ first, last, value }: Stretch<T>): Generator<Block<T>, void, void> {
  const end = Number(last) + 1;
  for (let at = Number(first); at < end; ) {
    // The largest block that begins here, is aligned, and ends within the stretch.
    const aligned = at === 0 ? 32 : 31 - Math.clz32(at & -at);
    const host = Math.min(aligned, Math.floor(Math.log2(end - at)));
    const size = 2 ** host;
    const text = dotted(at);
    const to = at + size - 1;
    yield { cidr: `${text}/${32 - host}`, first: text, last: dotted(to), numbers: [at, to], value };
    at += size;
  }
}

function* splitIPv6<T>({ first, last, value }: Stretch<T>): Generator<Block<T>, void, void> {
  const cidrs = rangeToPrefixes("ipv6", first, last);
  let at = first;
  const lasts = cidrs.map((cidr) => {
    at += 1n << BigInt(128 - Number(cidr.slice(cidr.indexOf("/") + 1)));
    return at - 1n;
  });
  const texts = formatAddresses("ipv6", lasts);
  for (const [i, cidr] of cidrs.entries()) {
    yield { cidr, first: cidr.slice(0, cidr.indexOf("/")), last: texts[i] ?? "", numbers: undefined, value };
  }
}
