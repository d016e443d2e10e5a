// Which prefix decides about an address.
// This module is browser-compatible.
import { CoreMemoryError, Instance } from "./instance.ts";
import type { PrefixRecords } from "./prefix.ts";

/** Prefixes, ready for lookups. It holds a core of its own, which goes when the table goes. */
export interface PrefixTable {
  /** For each address the index of the longest prefix that contains it, or -1. O(log n) each. */
  longest(addresses: PrefixRecords): Int32Array;
  /** For each address the lowest index of all prefixes that contain it, or -1: what a chain of rules does. */
  first(addresses: PrefixRecords): Int32Array;
}

/**
 * Builds a table of good records. O(n log n) time, about 100 bytes a prefix while it is built.
 * Throws {@link CoreMemoryError} where it does not fit.
 */
export function buildTable(prefixes: PrefixRecords): PrefixTable {
  const instance = new Instance();
  const at = instance.put(prefixes.bytes);
  if (!instance.call.buildTable(at, prefixes.length)) {
    throw new CoreMemoryError(`a table of ${prefixes.length} prefixes does not fit`);
  }
  // Lookups come and go above the table: their space is taken once and reused while it is large enough.
  let room = { at: 0, count: 0 };
  const lookup = (addresses: PrefixRecords, byFirst: 0 | 1): Int32Array => {
    const size = addresses.bytes.byteLength;
    if (room.count < addresses.length) {
      room = { at: instance.alloc(size + addresses.length * 4), count: addresses.length };
    }
    new Uint8Array(instance.call.memory.buffer, room.at, size).set(addresses.bytes);
    instance.call.lookup(room.at, addresses.length, byFirst, room.at + size);
    return instance.takeInts(room.at + size, addresses.length);
  };
  return { longest: (addresses) => lookup(addresses, 0), first: (addresses) => lookup(addresses, 1) };
}
