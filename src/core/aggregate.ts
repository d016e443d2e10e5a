// Computes the smallest list of prefixes that covers the same addresses.
// This module is browser-compatible.
import { checkIndex, checkInteger, checkNumbers, checkObject } from "./arguments.ts";
import { checkPrefixes } from "./check-prefixes.ts";
import { CoreMemoryError, Instance } from "./instance.ts";
import { formatPrefixes } from "./prefix.ts";
import { type PrefixRecords, RECORD } from "./record.ts";

/**
 * The smallest list, and what happened to each prefix of the original list. It holds its own core, which is freed with it.
 */
export interface Aggregate {
  /** The number of prefixes in the smallest list. */
  readonly length: number;
  /** The smallest list, sorted, IPv4 first: canonical text, one prefix per line. */
  readonly text: Uint8Array;
  /** One line of the text; formatted on request, because most lines of a million are never used. */
  network(index: number): string;
  /** For each prefix of the smallest list, the number of given prefixes that were merged into it: 1 if it is unchanged. */
  readonly parts: Int32Array;
  /**
   * For each given prefix: if not negative, it is removed, and this is the index of the shortest other prefix that contains it
   * (the first of equal ones); if negative, it is, or is a part of, the prefix of the smallest list with the index `~fate`.
   */
  readonly fates: Int32Array;
}

/** A change that makes a list smaller. Prefixes are given by index; `into` is an index in the smallest list. */
export type Change =
  | { readonly op: "cover"; readonly index: number; readonly by: number }
  | { readonly op: "merge"; readonly indexes: readonly number[]; readonly into: number };

/**
 * Computes the smallest list that covers exactly the same addresses as the given prefixes: removes prefixes inside another one,
 * and repeatedly merges the two halves of a prefix into that prefix. O(n).
 *
 * Throws `RangeError` for a record of an invalid text or with host bits, `TypeError` for anything but records, and
 * {@link CoreMemoryError} if the list does not fit.
 */
export function aggregate(prefixes: PrefixRecords): Aggregate {
  checkPrefixes(prefixes, "the prefixes");
  const { bytes, length } = prefixes;
  const instance = new Instance();
  return aggregateAt(instance, instance.put(bytes), length);
}

/** The same as {@link aggregate} for records that are already in an instance; they stay there. */
export function aggregateAt(instance: Instance, records: number, count: number): Aggregate {
  const results = instance.alloc(count * RECORD);
  const parts = instance.alloc(count * 4);
  const fates = instance.alloc(count * 4);
  const length = instance.call.aggregate(records, count, results, parts, fates);
  if (length < 0) throw new CoreMemoryError(`${count} prefixes do not fit`);
  const text = instance.alloc(length * 48);
  const size = instance.call.formatLines(results, length, text);
  return {
    length,
    text: instance.take(text, size),
    network: (index) => {
      checkIndex(index, length, "the index");
      const [network = ""] = instance.scratch(() => formatPrefixes(instance, results + index * RECORD, 1));
      return network;
    },
    parts: instance.takeInts(parts, length),
    fates: instance.takeInts(fates, count),
  };
}

/** Throws unless the value has the results of {@link aggregate} that changes are made of. */
function checkAggregate(value: unknown): asserts value is Aggregate {
  checkObject(value, "the aggregate", "what aggregate returns");
  const { parts, fates } = value as Partial<Aggregate>;
  checkNumbers(parts, Int32Array, "the aggregate's parts");
  checkNumbers(fates, Int32Array, "the aggregate's fates");
}

/** The number of changes. */
export function countChanges(smallest: Aggregate): number {
  checkAggregate(smallest);
  const { parts, fates } = smallest;
  let kept = 0;
  let merges = 0;
  // An iterator would be a hundred times slower.
  for (let i = 0; i < parts.length; i++) {
    const n = parts[i] as number;
    kept += n;
    if (n > 1) merges++;
  }
  return fates.length - kept + merges;
}

/** The first changes, up to `limit`, in the order of the given list; a merge has the position of its first part. */
export function changesOf(smallest: Aggregate, limit = Number.POSITIVE_INFINITY): Change[] {
  checkAggregate(smallest);
  if (limit !== Number.POSITIVE_INFINITY) checkInteger(limit, "the limit");
  const { parts, fates } = smallest;
  const changes: Change[] = [];
  const merges = new Map<number, number[]>();
  let missing = 0;
  for (let i = 0; i < fates.length && (changes.length < limit || missing > 0); i++) {
    const fate = fates[i] as number;
    if (fate >= 0) {
      if (changes.length < limit) changes.push({ op: "cover", index: i, by: fate });
      continue;
    }
    const size = parts[~fate] as number;
    if (size === 1) continue;
    let indexes = merges.get(~fate);
    if (!indexes) {
      if (changes.length === limit) continue;
      indexes = [];
      merges.set(~fate, indexes);
      changes.push({ op: "merge", indexes, into: ~fate });
      missing += size;
    }
    indexes.push(i);
    missing--;
  }
  return changes;
}
