/**
 * Order and nesting of prefixes.
 *
 * The order is: family, then address, then length, then place in the list. In this order, a prefix comes directly before
 * everything that it contains, so one pass with a stack finds all nesting. Prefixes never overlap partially: two of them are
 * either nested or disjoint.
 */
import { RECORD, V4, V6, maskHi, maskLo } from "./record";
import { alloc, release } from "./memory";
import { radixSort } from "./radix";

/** Whether the prefix at `outer` contains the one at `inner`. A prefix contains itself. */
export function contains(outer: usize, inner: usize): bool {
  const bits = <u32>load<u8>(outer, 17);
  return (
    load<u8>(outer, 16) == load<u8>(inner, 16) &&
    bits <= <u32>load<u8>(inner, 17) &&
    ((load<u64>(outer) ^ load<u64>(inner)) & maskHi(bits)) == 0 &&
    ((load<u64>(outer, 8) ^ load<u64>(inner, 8)) & maskLo(bits)) == 0
  );
}

/** Whether the record at `a` sorts after the one at `b`. */
function isAfter(a: usize, b: usize): bool {
  if (load<u8>(a, 16) != load<u8>(b, 16)) return load<u8>(a, 16) > load<u8>(b, 16);
  if (load<u64>(a) != load<u64>(b)) return load<u64>(a) > load<u64>(b);
  if (load<u64>(a, 8) != load<u64>(b, 8)) return load<u64>(a, 8) > load<u64>(b, 8);
  return load<u8>(a, 17) > load<u8>(b, 17);
}

/** Whether the `count` records, at least one, are in order. */
function areSorted(records: usize, count: i32): bool {
  const last = records + <usize>(count - 1) * RECORD;
  for (let record = records; record < last; record += RECORD) if (isAfter(record, record + RECORD)) return false;
  return true;
}

/** The bits of an index in the low word of an IPv4 item: enough for more prefixes than fit in memory. */
const INDEX_BITS: u32 = 26;

/**
 * Writes an item for the radix sort, with the index and the length in the low word:
 *
 *   IPv4   0                      4             8
 *          | length 6 | index 26  | address u32 |
 *   IPv6   0           4            8        16      24
 *          | index u32 | length u32 | lo u64 | hi u64 |
 */
function writeItem(record: usize, index: i32, size: usize, at: usize): void {
  const bits = <u32>load<u8>(record, 17);
  if (size == 8) {
    store<u32>(at, index | (bits << INDEX_BITS));
    store<u32>(at, load<u32>(record, 4), 4);
  } else {
    store<u32>(at, index);
    store<u32>(at, bits, 4);
    store<u64>(at, load<u64>(record, 8), 8);
    store<u64>(at, load<u64>(record), 16);
  }
}

/** Writes the sorted indexes of one family's records to `out`; returns where they end, or 0 if they do not fit. */
function sortFamily(records: usize, count: i32, family: u8, out: usize): usize {
  const end = records + <usize>count * RECORD;
  let n = 0;
  for (let record = records; record < end; record += RECORD) if (load<u8>(record, 16) == family) n++;
  if (n == 0) return out;
  const size: usize = family == V4 ? 8 : 24;
  const items = alloc(<usize>n * size);
  const scratch = alloc(<usize>n * size);
  if (items == 0 || scratch == 0) return 0;
  let at = items;
  for (let i = 0; i < count; i++) {
    const record = records + <usize>i * RECORD;
    if (load<u8>(record, 16) != family) continue;
    writeItem(record, i, size, at);
    at += size;
  }
  // The lowest byte of an IPv4 length also has the top bits of its index, by which equal prefixes are already in order.
  const sorted = radixSort(items, scratch, n, size, family == V4 ? 3 : 4);
  if (sorted == 0) return 0;
  const mask: u32 = family == V4 ? (1 << INDEX_BITS) - 1 : u32.MAX_VALUE;
  for (let k = 0; k < n; k++) store<u32>(out + (<usize>k << 2), load<u32>(sorted + <usize>k * size) & mask);
  release(items);
  return out + (<usize>n << 2);
}

/**
 * Writes the sorted indexes of the `count` records to `out` as u32; equal ones keep their order. O(n), and very fast for a
 * sorted list. Returns false if the scratch space (at most 48 bytes per prefix) does not fit.
 */
export function sortPrefixes(records: usize, count: i32, out: usize): bool {
  if (count < 2 || areSorted(records, count)) {
    for (let i = 0; i < count; i++) store<u32>(out + (<usize>i << 2), i);
    return true;
  }
  const middle = sortFamily(records, count, V4, out);
  return middle != 0 && sortFamily(records, count, V6, middle) != 0;
}

/**
 * Writes to `out`, as i32, for each record the index of the longest other prefix that contains it, or -1. Among equal prefixes,
 * the first in the list contains the later ones. O(n). Returns false if the scratch space does not fit.
 */
export function findCovers(records: usize, count: i32, out: usize): bool {
  const order = alloc(<usize>count << 2);
  const stack = alloc(<usize>count << 2);
  if (order == 0 || stack == 0 || !sortPrefixes(records, count, order)) return false;
  let depth = 0;
  for (let k = 0; k < count; k++) {
    const i = load<u32>(order + (<usize>k << 2));
    const record = records + <usize>i * RECORD;
    while (depth > 0 && !contains(records + <usize>load<u32>(stack + (<usize>(depth - 1) << 2)) * RECORD, record)) {
      depth--;
    }
    store<i32>(out + (<usize>i << 2), depth > 0 ? load<i32>(stack + (<usize>(depth - 1) << 2)) : -1);
    store<u32>(stack + (<usize>depth << 2), i);
    depth++;
  }
  return true;
}
