// Finds the prefix that decides about an address, for many addresses at a time.
// This module is browser-compatible.
import { checkNumbers, checkRecords, checkWord } from "./arguments.ts";
import { checkPrefixes } from "./check-prefixes.ts";
import { CoreMemoryError, Instance } from "./instance.ts";
import { type PrefixRecords, RECORD } from "./record.ts";

export const DECIDERS = ["first", "longest"] as const;

/** Which nested prefix decides: the first in the list, as in a chain of rules, or the longest, as in a routing table. */
export type Decider = (typeof DECIDERS)[number];

/** Prefixes, prepared for bulk lookups. It holds its own core, which is freed with the table. */
export interface LookupTable {
  /** The size of the table in bytes. */
  readonly size: number;
  /**
   * Returns for each address, as parsed by {@link parseAddresses}, the index of the deciding prefix; -1 if no prefix contains it,
   * or if its text is not an address.
   */
  lookup(addresses: PrefixRecords): Int32Array;
  /** The same for IPv4 addresses as numbers, `0x0a000001` for 10.0.0.1. Writes the results to `answers` if given. */
  lookupIPv4(addresses: Uint32Array, answers?: Int32Array): Int32Array;
  /** The same for IPv6 addresses as pairs of numbers, the upper 64 bits first. */
  lookupIPv6(addresses: BigUint64Array, answers?: Int32Array): Int32Array;
}

/** The number of addresses that are looked up in one call: they and their results fit in a near cache. */
const BATCH = 1 << 14;

/**
 * Builds a table of valid, aligned records in the core of `instance`, and returns its address and size.
 * Throws {@link CoreMemoryError} if it does not fit.
 */
export function putTable(instance: Instance, prefixes: PrefixRecords, decider: Decider): { at: number; size: number } {
  const at = instance.put(prefixes.bytes);
  const size = instance.call.buildTable(at, prefixes.length, decider === "first" ? 1 : 0) >>> 0;
  if (size === 0) throw new CoreMemoryError(`a table of ${prefixes.length} prefixes does not fit`);
  return { at, size };
}

/**
 * Builds a table. O(n); needs about 100 bytes per prefix while it is built, and 4 to 40 afterwards.
 *
 * Throws `RangeError` for a record of an invalid text or with host bits, {@link CoreMemoryError} if the table does not fit, and
 * `TypeError` or `RangeError` for other invalid arguments, as do its lookups.
 *
 * @example
 * ```ts
 * const table = buildTable(parsePrefixes(["10.0.0.0/8", "10.1.0.0/16"]).records, "longest");
 * [...table.lookup(parseAddresses(["10.1.2.3", "192.0.2.1"]).records)]; // [1, -1]
 * [...table.lookupIPv4(Uint32Array.of(0x0a020304))]; // [0]
 * ```
 */
export function buildTable(prefixes: PrefixRecords, decider: Decider): LookupTable {
  checkPrefixes(prefixes, "the prefixes");
  checkWord(decider, DECIDERS, "the decider");
  const instance = new Instance();
  const { call } = instance;
  const { at: table, size } = putTable(instance, prefixes, decider);
  const from = instance.alloc(BATCH * RECORD);
  const to = instance.alloc(BATCH * 4);
  // The memory does not grow any more, so that these stay valid.
  const room = instance.bytes(from, BATCH * RECORD);
  const results = instance.ints(to, BATCH);
  /** Looks up all addresses, `words` elements of the array each, a batch at a time. */
  const inBatches = (
    addresses: Uint8Array | Uint32Array | BigUint64Array,
    words: number,
    answers: Int32Array | undefined,
    lookup: (count: number) => void,
  ): Int32Array => {
    const total = addresses.length / words;
    const all = answers ?? new Int32Array(total);
    const bytes = new Uint8Array(addresses.buffer, addresses.byteOffset, addresses.byteLength);
    const size = words * addresses.BYTES_PER_ELEMENT;
    for (let done = 0; done < total; done += BATCH) {
      const count = Math.min(BATCH, total - done);
      room.set(bytes.subarray(done * size, (done + count) * size));
      lookup(count);
      all.set(count === BATCH ? results : results.subarray(0, count), done);
    }
    return all;
  };
  return {
    size,
    lookup: (addresses) => {
      checkRecords(addresses, "the addresses", "parseAddresses");
      return inBatches(addresses.bytes, RECORD, undefined, (count) =>
        call.lookupRecords(table, from, RECORD, count, to),
      );
    },
    lookupIPv4: (addresses, answers) => {
      checkNumbers(addresses, Uint32Array, "the addresses");
      if (answers !== undefined) checkNumbers(answers, Int32Array, "answers", { least: addresses.length });
      return inBatches(addresses, 1, answers, (count) => call.lookupIPv4(table, from, 4, count, to));
    },
    lookupIPv6: (addresses, answers) => {
      checkNumbers(addresses, BigUint64Array, "the addresses", { each: 2 });
      if (answers !== undefined) checkNumbers(answers, Int32Array, "answers", { least: addresses.length / 2 });
      return inBatches(addresses, 2, answers, (count) => call.lookupIPv6(table, from, count, to));
    },
  };
}
