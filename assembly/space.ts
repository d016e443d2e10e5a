/**
 * The address space of one family under a list of prefixes, as segments, and where two such lists differ.
 *
 *   a      [ 0        | 1    | 0            ]
 *   b      [ 0    | 2            | 0        ]
 *   diff          [ 0,2 | 1,2 | 0,2 ]            segments whose classes differ, each with both owners
 *
 * A difference is 40 bytes; `end` is the first address after it, zero at the end of the space:
 *
 *   0              8              16           24           32          36
 *   | first hi u64 | first lo u64 | end hi u64 | end lo u64 | owner i32 | owner i32 |
 */
import { alloc, release } from "./memory";
import { sortPrefixes } from "./order";
import { RECORD, V4 } from "./record";
import { SEGMENT, cutSegments } from "./segments";

const DIFFERENCE: usize = 40;

/** The segments of the last call. */
let found: usize = 0;

export function foundSegments(): usize {
  return found;
}

/**
 * Splits the space of one family (4 or 6) along the prefixes at `records`, and returns the number of segments, or -1 if they do
 * not fit. Their address is `foundSegments()`. O(n).
 */
export function segmentsOf(records: usize, count: i32, family: u8, byFirst: bool): i32 {
  found = alloc((<usize>count * 2 + 1) * SEGMENT);
  const order = alloc(<usize>count << 2);
  const stack = alloc(<usize>count << 3);
  if (found == 0 || order == 0 || stack == 0 || !sortPrefixes(records, count, order)) return -1;
  let count4 = 0;
  while (count4 < count && load<u8>(records + <usize>load<u32>(order + (<usize>count4 << 2)) * RECORD, 16) == V4) count4++;
  const length =
    family == V4
      ? cutSegments(records, order, count4, byFirst, stack, found)
      : cutSegments(records, order + (<usize>count4 << 2), count - count4, byFirst, stack, found);
  release(order);
  return length;
}

/** Whether the address at `a` is before the one at `b`. A null pointer means the end of the space. */
@inline
function isBefore(a: usize, b: usize): bool {
  if (a == 0) return false;
  if (b == 0) return true;
  return load<u64>(a) != load<u64>(b) ? load<u64>(a) < load<u64>(b) : load<u64>(a, 8) < load<u64>(b, 8);
}

@inline
function classOf(classes: usize, segment: usize): i32 {
  return load<i32>(classes + (<usize>(load<i32>(segment, 16) + 1) << 2));
}

/**
 * Writes the differences of two lists of segments to `out`, which needs room for `aCount + bCount` of them, and returns their
 * number. `classes` have an i32 for each owner, starting with -1; addresses differ if the classes of their owners differ.
 */
export function diffSegments(
  a: usize,
  aCount: i32,
  aClasses: usize,
  b: usize,
  bCount: i32,
  bClasses: usize,
  out: usize,
): i32 {
  const aEnd = a + <usize>aCount * SEGMENT;
  const bEnd = b + <usize>bCount * SEGMENT;
  let from = a;
  let at = out;
  while (from != 0) {
    const aNext = a + SEGMENT < aEnd ? a + SEGMENT : 0;
    const bNext = b + SEGMENT < bEnd ? b + SEGMENT : 0;
    const end = isBefore(aNext, bNext) ? aNext : bNext;
    if (classOf(aClasses, a) != classOf(bClasses, b)) {
      store<u64>(at, load<u64>(from));
      store<u64>(at, load<u64>(from, 8), 8);
      store<u64>(at, end == 0 ? 0 : load<u64>(end), 16);
      store<u64>(at, end == 0 ? 0 : load<u64>(end, 8), 24);
      store<i32>(at, load<i32>(a, 16), 32);
      store<i32>(at, load<i32>(b, 16), 36);
      at += DIFFERENCE;
    }
    // Both lists advance if they have a boundary in the same place.
    if (aNext != 0 && !isBefore(end, aNext)) a = aNext;
    if (bNext != 0 && !isBefore(end, bNext)) b = bNext;
    from = end;
  }
  return <i32>((at - out) / DIFFERENCE);
}
