/**
 * Nested prefixes split the address space into disjoint segments, each with one owner.
 *
 *   10.0.0.0/8   [-------------------------------]
 *   10.1.0.0/16          [-------]
 *   longest      0       |1      |0              |-1
 *   first        0                               |-1
 *
 * Segments are sorted by their first address; each ends where the next one begins, the last with the address space.
 * A segment is 24 bytes:
 *
 *   0        8        16
 *   | hi u64 | lo u64 | owner i32 | - |
 */
import { RECORD, maskHi, maskLo } from "./record";
import { contains } from "./order";

export const SEGMENT: usize = 24;

// The list of segments that is being written.
let segments: usize = 0;
let length: i32 = 0;

/** Ends the last segment before (hi, lo) and begins one there, unless the owner is the same; overwrites an empty segment. */
function begin(hi: u64, lo: u64, owner: i32): void {
  let at = segments + <usize>length * SEGMENT;
  if (length > 0 && load<u64>(at - SEGMENT) == hi && load<u64>(at - SEGMENT, 8) == lo) {
    at -= SEGMENT;
    length--;
  }
  if (length > 0 && load<i32>(at - SEGMENT, 16) == owner) return;
  store<u64>(at, hi);
  store<u64>(at, lo, 8);
  store<i32>(at, owner, 16);
  length++;
}

/** Closes the prefix on top of the stack: the addresses after it belong to the one below it. */
function close(records: usize, stack: usize, depth: i32): void {
  const top = stack + (<usize>(depth - 1) << 3);
  const record = records + <usize>load<u32>(top) * RECORD;
  const bits = <u32>load<u8>(record, 17);
  // The last address, plus one. Past the end of the space (or the 32 bits of IPv4), no segment begins.
  const lo = (load<u64>(record, 8) | ~maskLo(bits)) + 1;
  const hi = (load<u64>(record) | ~maskHi(bits)) + (lo == 0 ? 1 : 0);
  if (hi == 0 && lo == 0) return;
  begin(hi, lo, depth > 1 ? load<i32>(top - 8, 4) : -1);
}

/**
 * Writes the segments of the `count` prefixes at `records` whose sorted indexes are at `order`, all of one family. The owner of
 * a segment is the lowest index of all prefixes that contain it if `byFirst` (as in a chain of rules, read from the top),
 * otherwise the index of the longest; -1 if there is none. Returns the number of segments: at least one, which begins at zero,
 * and at most 2 * count + 1. `stack` needs 8 bytes per prefix. O(count).
 */
export function cutSegments(
  records: usize,
  order: usize,
  count: i32,
  byFirst: bool,
  stack: usize,
  out: usize,
): i32 {
  segments = out;
  length = 0;
  begin(0, 0, -1);
  // The open prefixes, each inside the one below it: | index u32 | owner i32 |.
  let depth = 0;
  for (let k = 0; k < count; k++) {
    const i = load<u32>(order + (<usize>k << 2));
    const record = records + <usize>i * RECORD;
    while (depth > 0 && !contains(records + <usize>load<u32>(stack + (<usize>(depth - 1) << 3)) * RECORD, record)) {
      close(records, stack, depth--);
    }
    const top = stack + (<usize>depth << 3);
    if (depth > 0 && load<u8>(records + <usize>load<u32>(top - 8) * RECORD, 17) == load<u8>(record, 17)) {
      continue; // the same prefix again: the earlier one has the lower index and decides
    }
    const owner = byFirst && depth > 0 ? min(<i32>i, load<i32>(top - 8, 4)) : <i32>i;
    store<u32>(top, i);
    store<i32>(top, owner, 4);
    depth++;
    begin(load<u64>(record), load<u64>(record, 8), owner);
  }
  while (depth > 0) close(records, stack, depth--);
  return length;
}
