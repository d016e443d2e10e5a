/**
 * Order and nesting of prefixes.
 *
 * The order is: family, then address, then length, then place in the list. In it a prefix stands directly before
 * everything it contains, so one pass with a stack finds all nesting. Prefixes never overlap in part: two of them
 * are nested or apart.
 */
import { RECORD, V4, V6, maskHi, maskLo } from "./record";
import { alloc, release } from "./memory";
import { radixSort } from "./radix";

/** Does the prefix at `outer` contain the one at `inner`? A prefix contains itself. */
export function contains(outer: usize, inner: usize): bool {
  const bits = <u32>load<u8>(outer, 17);
  return (
    load<u8>(outer, 16) == load<u8>(inner, 16) &&
    bits <= <u32>load<u8>(inner, 17) &&
    ((load<u64>(outer) ^ load<u64>(inner)) & maskHi(bits)) == 0 &&
    ((load<u64>(outer, 8) ^ load<u64>(inner, 8)) & maskLo(bits)) == 0
  );
}

/** Does the record at `a` sort after the one at `b`? */
function isAfter(a: usize, b: usize): bool {
  if (load<u8>(a, 16) != load<u8>(b, 16)) return load<u8>(a, 16) > load<u8>(b, 16);
  if (load<u64>(a) != load<u64>(b)) return load<u64>(a) > load<u64>(b);
  if (load<u64>(a, 8) != load<u64>(b, 8)) return load<u64>(a, 8) > load<u64>(b, 8);
  return load<u8>(a, 17) > load<u8>(b, 17);
}

/** Are the `count` records, of which there is one, in order? */
function areSorted(records: usize, count: i32): bool {
  const last = records + <usize>(count - 1) * RECORD;
  for (let record = records; record < last; record += RECORD) if (isAfter(record, record + RECORD)) return false;
  return true;
}

/** An item for the radix sort, of a family whose addresses have `width` bytes: | index u32 | bits u32 | address |. */
function writeItem(record: usize, index: i32, width: usize, at: usize): void {
  store<u32>(at, index);
  store<u32>(at, <u32>load<u8>(record, 17), 4);
  if (width == 4) {
    store<u32>(at, load<u32>(record, 4), 8);
  } else {
    store<u64>(at, load<u64>(record, 8), 8);
    store<u64>(at, load<u64>(record), 16);
  }
}

/** Writes the indexes of one family's records, sorted, to `out`; answers where they end, or 0 where they do not fit. */
function sortFamily(records: usize, count: i32, family: u8, out: usize): usize {
  const end = records + <usize>count * RECORD;
  let n = 0;
  for (let record = records; record < end; record += RECORD) if (load<u8>(record, 16) == family) n++;
  if (n == 0) return out;
  const width: usize = family == V4 ? 4 : 16;
  const size: usize = 8 + width;
  const items = alloc(<usize>n * size);
  const scratch = alloc(<usize>n * size);
  if (items == 0 || scratch == 0) return 0;
  let at = items;
  for (let i = 0; i < count; i++) {
    const record = records + <usize>i * RECORD;
    if (load<u8>(record, 16) != family) continue;
    writeItem(record, i, width, at);
    at += size;
  }
  const sorted = radixSort(items, scratch, n, size);
  if (sorted == 0) return 0;
  for (let k = 0; k < n; k++) store<u32>(out + (<usize>k << 2), load<u32>(sorted + <usize>k * size));
  release(items);
  return out + (<usize>n << 2);
}

/**
 * Writes the indexes of the `count` records, sorted, as u32 to `out`; equal ones keep their order. O(n), and next to
 * nothing for a list in order. Returns false where the scratch space (48 bytes a prefix at most) does not fit.
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
 * For each record, the index of the longest other prefix that contains it, or -1, as i32 at `out`. Of equal prefixes
 * the first in the list contains the later ones. O(n log n). Returns false where the scratch space does not fit.
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
