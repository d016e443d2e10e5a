/**
 * Order and nesting of prefixes.
 *
 * The order is: family, then address, then length, then place in the list. In it a prefix stands directly before
 * everything it contains, so one pass with a stack finds all nesting. Prefixes never overlap in part: two of them
 * are nested or apart.
 */
import { RECORD, maskHi, maskLo } from "./record";
import { alloc } from "./memory";

/** Negative, zero or positive as the prefix at `a` sorts before, with or after the one at `b`. */
export function compare(a: usize, b: usize): i32 {
  const families = <i32>load<u8>(a, 16) - <i32>load<u8>(b, 16);
  if (families != 0) return families;
  const aHi = load<u64>(a);
  const bHi = load<u64>(b);
  if (aHi != bHi) return aHi < bHi ? -1 : 1;
  const aLo = load<u64>(a, 8);
  const bLo = load<u64>(b, 8);
  if (aLo != bLo) return aLo < bLo ? -1 : 1;
  return <i32>load<u8>(a, 17) - <i32>load<u8>(b, 17);
}

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

/** Compares the records whose indexes stand at places `a` and `b` of the list. */
function compareAt(records: usize, list: usize, a: i32, b: i32): i32 {
  const recordA = records + <usize>load<u32>(list + (<usize>a << 2)) * RECORD;
  const recordB = records + <usize>load<u32>(list + (<usize>b << 2)) * RECORD;
  return compare(recordA, recordB);
}

/**
 * Writes the indexes of the `count` records, sorted, as u32 to `out`; equal ones keep their order.
 * Bottom-up merge sort, O(n log n). Returns false where the scratch space does not fit.
 */
export function sortPrefixes(records: usize, count: i32, out: usize): bool {
  const scratch = alloc(<usize>count << 2);
  if (scratch == 0) return false;
  for (let i = 0; i < count; i++) store<u32>(out + (<usize>i << 2), i);
  let from = out;
  let to = scratch;
  for (let width = 1; width < count; width <<= 1) {
    for (let left = 0; left < count; left += width << 1) {
      const middle = min(left + width, count);
      const right = min(middle + width, count);
      let a = left;
      let b = middle;
      // Lists mostly come sorted, in whole or in long runs: those are copied as they are.
      if (middle == right || compareAt(records, from, middle - 1, middle) <= 0) {
        memory.copy(to + (<usize>left << 2), from + (<usize>left << 2), <usize>(right - left) << 2);
        continue;
      }
      for (let k = left; k < right; k++) {
        let takeLeft = b >= right;
        if (!takeLeft && a < middle) {
          takeLeft = compareAt(records, from, a, b) <= 0;
        }
        store<u32>(to + (<usize>k << 2), load<u32>(from + (<usize>(takeLeft ? a++ : b++) << 2)));
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != out) memory.copy(out, from, <usize>count << 2);
  return true;
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
