/**
 * Computes the smallest list of prefixes that covers the same addresses.
 *
 * First removes prefixes inside another one, so that none of the rest overlap. Then repeatedly merges the two halves of a
 * prefix. No smaller list exists, because aligned blocks form a larger one only as its halves.
 *
 *   10.0.0.0/10    ├────┤
 *   10.64.0.0/10        ├────┤                the two are 10.0.0.0/9
 *   10.128.0.0/9             ├─────────┤      which with this is 10.0.0.0/8
 *
 * In sorted order, a prefix comes after all that contain it, and an upper half right after the last part of the lower half. So
 * one pass finds both, with the results as a stack: the next prefix can merge only with the top, and that with the one below.
 */
import { contains, sortPrefixes } from "./order";
import { RECORD, copyRecord, maskHi, maskLo } from "./record";
import { alloc, release } from "./memory";

/** Whether the prefixes at `a` and `b`, neither of which contains the other, are the two halves of one prefix. */
function areHalves(a: usize, b: usize): bool {
  const bits = <u32>load<u8>(a, 17);
  return (
    load<u8>(a, 16) == load<u8>(b, 16) &&
    bits == <u32>load<u8>(b, 17) &&
    // Disjoint prefixes of the same length differ in their network bits; halves differ only in the last of them.
    ((load<u64>(a) ^ load<u64>(b)) & maskHi(bits - 1)) == 0 &&
    ((load<u64>(a, 8) ^ load<u64>(b, 8)) & maskLo(bits - 1)) == 0
  );
}

/**
 * Writes the smallest list to `results`, sorted; to `parts`, as i32, the number of records that were merged into each result;
 * and to `fates`, as i32, what happened to each record: if not negative, it is removed, and this is the index of the shortest
 * other one that contains it (the first of equal ones); if negative, it is, or is a part of, the result with the index ~fate.
 *
 * All three need room for `count` items; the records must be valid and aligned. O(n). Returns the number of results, or -1 if
 * the scratch space does not fit.
 */
export function aggregate(records: usize, count: i32, results: usize, parts: usize, fates: usize): i32 {
  const order = alloc(<usize>count << 2);
  if (order == 0 || !sortPrefixes(records, count, order)) return -1;
  let top = -1;
  let outer = -1;
  for (let k = 0; k < count; k++) {
    const i = load<i32>(order + (<usize>k << 2));
    const record = records + <usize>i * RECORD;
    const covered = outer >= 0 && contains(records + <usize>outer * RECORD, record);
    store<i32>(fates + (<usize>i << 2), covered ? outer : -1);
    if (covered) continue;
    outer = i;
    let result = results + <usize>++top * RECORD;
    let part = parts + (<usize>top << 2);
    copyRecord(record, result);
    store<i32>(part, 1);
    for (; top > 0 && areHalves(result - RECORD, result); top--) {
      // The lower half already has the address of the whole.
      result -= RECORD;
      store<u8>(result, load<u8>(result, 17) - 1, 17);
      part -= 4;
      store<i32>(part, load<i32>(part) + load<i32>(part, 4));
    }
  }
  // The remaining records are in the results in order, as many in each as it has parts.
  let result = -1;
  let left = 0;
  for (let k = 0; k < count; k++) {
    const fate = fates + (<usize>load<u32>(order + (<usize>k << 2)) << 2);
    if (load<i32>(fate) >= 0) continue;
    if (left == 0) left = load<i32>(parts + (<usize>++result << 2));
    left--;
    store<i32>(fate, ~result);
  }
  release(order);
  return top + 1;
}
