// Splits the address space of a family where the deciding prefix changes.
// This module is browser-compatible.
import { checkIndex, checkNumbers, checkObject, checkWord } from "./arguments.ts";
import { checkPrefixes } from "./check-prefixes.ts";
import { CoreMemoryError, Instance } from "./instance.ts";
import { FAMILIES, type Family } from "./prefix.ts";
import { type PrefixRecords, RECORD } from "./record.ts";
import { DECIDERS, type Decider } from "./table.ts";

/** The sizes of a segment (assembly/segments.ts) and a difference (assembly/space.ts), and the offsets of their fields. */
const SEGMENT = 24;
const OWNER = 16;
const DIFFERENCE = 40;
const END = 16;
const BEFORE = 32;
const AFTER = 36;

/** The offset of a record's family, 4 or 6 (assembly/record.ts). */
const VERSION = 16;

/**
 * Disjoint segments that cover the whole space of a family in order. Each ends where the next one begins, and adjacent segments
 * have different owners. Addresses are numbers of 32 or 128 bits.
 */
export interface Segments {
  readonly family: Family;
  /** At least 1. */
  readonly length: number;
  /** For each segment, the index of the deciding prefix, or -1 if there is none. */
  readonly owners: Int32Array;
  first(index: number): bigint;
  last(index: number): bigint;
  /** The core's form of the segments; opaque outside this module. */
  readonly bytes: Uint8Array;
}

/** A range of addresses with different results in two lists, and its owners in both. */
export interface SegmentDifference {
  readonly first: bigint;
  readonly last: bigint;
  readonly before: number;
  readonly after: number;
}

const shiftOf = (family: Family) => (family === "ipv4" ? 96n : 0n);
const endOf = (family: Family) => 1n << (family === "ipv4" ? 32n : 128n);

function addressAt(view: DataView, at: number, family: Family): bigint {
  return ((view.getBigUint64(at, true) << 64n) | view.getBigUint64(at + 8, true)) >> shiftOf(family);
}

/**
 * The prefixes of one family and their indexes in the list, if they are a small part of it, because copying and sorting the
 * others would be wasted work; otherwise undefined.
 */
function fewOf(
  { bytes, length }: PrefixRecords,
  version: 4 | 6,
): { records: PrefixRecords; indexes: readonly number[] } | undefined {
  let count = 0;
  for (let at = VERSION; at < bytes.length; at += RECORD) if (bytes[at] === version) count++;
  if (count > length >> 2) return undefined;
  const indexes: number[] = [];
  for (let i = 0; i < length; i++) if (bytes[i * RECORD + VERSION] === version) indexes.push(i);
  const own = new Uint8Array(indexes.length * RECORD);
  for (const [place, i] of indexes.entries()) own.set(bytes.subarray(i * RECORD, (i + 1) * RECORD), place * RECORD);
  return { records: { bytes: own, length: indexes.length }, indexes };
}

/** Splits the space in an instance, and returns the address of the segments. */
function cut(
  instance: Instance,
  prefixes: PrefixRecords,
  family: Family,
  decider: Decider,
): { readonly at: number; readonly length: number } {
  const { call } = instance;
  const version = family === "ipv4" ? 4 : 6;
  const few = fewOf(prefixes, version);
  const { bytes, length: count } = few?.records ?? prefixes;
  const length = call.segmentsOf(instance.put(bytes), count, version, decider === "first" ? 1 : 0);
  if (length < 0) throw new CoreMemoryError(`the segments of ${count} prefixes do not fit`);
  const at = call.foundSegments();
  if (few) {
    const view = instance.view(at, length * SEGMENT);
    for (let place = OWNER; place < view.byteLength; place += SEGMENT) {
      const owner = view.getInt32(place, true);
      if (owner >= 0) view.setInt32(place, few.indexes[owner] ?? -1, true);
    }
  }
  return { at, length };
}

/**
 * Splits the space of `family` along the prefixes of that family. O(n).
 *
 * Throws `RangeError` for a record of an invalid text or with host bits, `TypeError` or `RangeError` for other invalid arguments,
 * and {@link CoreMemoryError} if the segments do not fit.
 *
 * @example
 * ```ts
 * const { records } = parsePrefixes(["10.0.0.0/8", "10.1.0.0/16"]);
 * [...segmentsOf(records, "ipv4", "longest").owners]; // [-1, 0, 1, 0, -1]
 * ```
 */
export function segmentsOf(prefixes: PrefixRecords, family: Family, decider: Decider): Segments {
  checkPrefixes(prefixes, "the prefixes");
  checkWord(family, FAMILIES, "the family");
  checkWord(decider, DECIDERS, "the decider");
  return splitSpace(prefixes, family, decider);
}

/** How many owners the segments made here have, from -1 to the greatest index. */
const ownerCounts = new WeakMap<object, number>();

/** The same as {@link segmentsOf} for arguments that were checked. */
export function splitSpace(prefixes: PrefixRecords, family: Family, decider: Decider): Segments {
  const instance = new Instance();
  const { at, length } = cut(instance, prefixes, family, decider);
  const bytes = instance.take(at, length * SEGMENT);
  const view = new DataView(bytes.buffer);
  const owners = new Int32Array(length);
  let greatest = -1;
  for (let i = 0; i < length; i++) {
    const owner = view.getInt32(i * SEGMENT + OWNER, true);
    owners[i] = owner;
    if (owner > greatest) greatest = owner;
  }
  const first = (index: number) => {
    checkIndex(index, length, "the index");
    return addressAt(view, index * SEGMENT, family);
  };
  const last = (index: number) => {
    checkIndex(index, length, "the index");
    return (index + 1 < length ? first(index + 1) : endOf(family)) - 1n;
  };
  const segments = { family, length, owners, first, last, bytes };
  ownerCounts.set(segments, greatest + 2);
  return segments;
}

/**
 * Returns where two lists of segments of one family differ, in the order of addresses. `classes` have a number for each owner,
 * starting with -1 (so the second is that of owner 0): addresses differ if the classes of their owners differ. O(n).
 *
 * Throws `TypeError` for anything but segments of {@link segmentsOf}, `RangeError` if they are of two families or an owner has no
 * class, and {@link CoreMemoryError} if the differences do not fit.
 */
export function diffSegments(
  before: Segments,
  after: Segments,
  classes: { readonly before: Int32Array; readonly after: Int32Array },
): SegmentDifference[] {
  const counts = { before: ownersOf(before, "the first segments"), after: ownersOf(after, "the second segments") };
  if (before.family !== after.family) {
    throw new RangeError(`the segments must be of one family; they are of ${before.family} and ${after.family}`);
  }
  checkClasses(classes, counts);
  const instance = new Instance();
  const at = ({ bytes, length }: Segments) => ({ at: instance.put(bytes), length });
  return diffIn(instance, before.family, at(before), at(after), classes);
}

/** The number of owners. Throws `TypeError` unless the value is segments. */
function ownersOf(segments: Segments, what: string): number {
  const count = ownerCounts.get(segments);
  if (count !== undefined) return count;
  throw new TypeError(`${what} must be those that segmentsOf returns`);
}

/** Throws unless each of so many owners has a class. */
function checkClasses(classes: unknown, counts: { readonly before: number; readonly after: number }): void {
  checkObject(classes, "the classes", "an object with before and after");
  const { before, after } = classes as { before?: unknown; after?: unknown };
  checkNumbers(before, Int32Array, "classes.before", { least: counts.before });
  checkNumbers(after, Int32Array, "classes.after", { least: counts.after });
}

/**
 * The same as {@link diffSegments} for two lists of prefixes, of which the longest decides. The segments stay in the core.
 * Throws the same errors as {@link segmentsOf}.
 */
export function diffPrefixes(
  before: PrefixRecords,
  after: PrefixRecords,
  family: Family,
  classes: { readonly before: Int32Array; readonly after: Int32Array },
): SegmentDifference[] {
  checkPrefixes(before, "the first list");
  checkPrefixes(after, "the second list");
  checkWord(family, FAMILIES, "the family");
  checkClasses(classes, { before: before.length + 1, after: after.length + 1 });
  const instance = new Instance();
  const at = (prefixes: PrefixRecords) => cut(instance, prefixes, family, "longest");
  return diffIn(instance, family, at(before), at(after), classes);
}

interface Placed {
  readonly at: number;
  readonly length: number;
}

function diffIn(
  instance: Instance,
  family: Family,
  before: Placed,
  after: Placed,
  classes: { readonly before: Int32Array; readonly after: Int32Array },
): SegmentDifference[] {
  const [aClasses, bClasses] = [instance.put(classes.before), instance.put(classes.after)];
  const out = instance.alloc((before.length + after.length) * DIFFERENCE);
  const { at: a, length: aCount } = before;
  const { at: b, length: bCount } = after;
  const count = instance.call.diffSegments(a, aCount, aClasses, b, bCount, bClasses, out);
  const view = instance.view(out, count * DIFFERENCE);
  return Array.from({ length: count }, (_, i): SegmentDifference => {
    const at = i * DIFFERENCE;
    const end = addressAt(view, at + END, family);
    return {
      first: addressAt(view, at, family),
      last: (end === 0n ? endOf(family) : end) - 1n,
      before: view.getInt32(at + BEFORE, true),
      after: view.getInt32(at + AFTER, true),
    };
  });
}
