// Order and nesting of prefixes.
// This module is browser-compatible.
import { checkPrefixes } from "./check-prefixes.ts";
import { CoreMemoryError, shared } from "./instance.ts";
import type { PrefixRecords } from "./record.ts";

/** One number per prefix, which `fill` writes to `out`; it returns 0 if memory runs out. */
function numbersFor(records: PrefixRecords, fill: (at: number, count: number, out: number) => number): Int32Array {
  checkPrefixes(records, "the list");
  shared.call.reset();
  const at = shared.put(records.bytes);
  const out = shared.alloc(records.length * 4);
  if (!fill(at, records.length, out)) throw new CoreMemoryError(`${records.length} prefixes do not fit`);
  return shared.takeInts(out, records.length);
}

/**
 * Returns for each prefix the index of the longest other one that contains it, or -1. Among equal prefixes, the first contains
 * the later ones. O(n).
 *
 * Throws `RangeError` for a record of an invalid text or with host bits, `TypeError` for anything but records, and
 * {@link CoreMemoryError} if the list does not fit.
 */
export function findCovers(records: PrefixRecords): Int32Array {
  return numbersFor(records, shared.call.findCovers);
}

/**
 * Returns the indexes of the prefixes in sorted order: IPv4 first, then by address, then shorter first. Stable. O(n).
 * Throws the same errors as {@link findCovers}.
 */
export function sortPrefixes(records: PrefixRecords): Int32Array {
  return numbersFor(records, shared.call.sortPrefixes);
}
