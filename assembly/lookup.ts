/**
 * Which prefix decides about an address.
 *
 * Nested prefixes cut the address space into disjoint segments, each with one answer. They are kept sorted by their
 * first address, and a lookup is a binary search. A segment is 24 bytes:
 *
 *   0        8        16            20
 *   | hi u64 | lo u64 | longest i32 | first i32 |
 *
 * `longest` is the index of the longest prefix that contains the segment (longest-prefix match), `first` the lowest
 * index of all that contain it (what a chain of rules, read from the top, does); -1 where none does.
 */
import { RECORD, V4, maskHi, maskLo } from "./record";
import { contains, sortPrefixes } from "./order";
import { alloc } from "./memory";

const SEGMENT: usize = 24;

let segments4: usize = 0;
let count4: i32 = 0;
let segments6: usize = 0;
let count6: i32 = 0;

// The list that is being written.
let segments: usize = 0;
let length: i32 = 0;

/** Ends the segment before (hi, lo) and begins one there; one that would be empty is overwritten. */
function begin(hi: u64, lo: u64, longest: i32, first: i32): void {
  let at = segments + <usize>length * SEGMENT;
  if (length > 0 && load<u64>(at - SEGMENT) == hi && load<u64>(at - SEGMENT, 8) == lo) at -= SEGMENT;
  else length++;
  store<u64>(at, hi);
  store<u64>(at, lo, 8);
  store<i32>(at, longest, 16);
  store<i32>(at, first, 20);
}

/** Closes the prefix on top of the stack: what follows it belongs to the one below it. */
function close(records: usize, stack: usize, depth: i32): void {
  const record = records + <usize>load<u32>(stack + (<usize>(depth - 1) << 3)) * RECORD;
  const bits = <u32>load<u8>(record, 17);
  // The last address, plus one. Past the end of the space (or past the 32 bits of IPv4) there is nothing to begin.
  const lo = (load<u64>(record, 8) | ~maskLo(bits)) + 1;
  const hi = (load<u64>(record) | ~maskHi(bits)) + (lo == 0 ? 1 : 0);
  if (hi == 0 && lo == 0) return;
  const below = stack + (<usize>(depth - 2) << 3);
  begin(hi, lo, depth > 1 ? load<i32>(below) : -1, depth > 1 ? load<i32>(below, 4) : -1);
}

/**
 * Builds the table of the `count` prefixes at `records`; it stays valid until the arena is reset.
 * O(n log n), 48 bytes a prefix besides the scratch space. Returns false where that does not fit.
 */
export function buildTable(records: usize, count: i32): bool {
  const order = alloc(<usize>count << 2);
  const stack = alloc(<usize>(count + 1) << 3);
  const list = alloc((<usize>count * 2 + 2) * SEGMENT);
  if (order == 0 || stack == 0 || list == 0 || !sortPrefixes(records, count, order)) return false;
  let k = 0;
  for (let family = 0; family < 2; family++) {
    segments = family == 0 ? list : list + <usize>count4 * SEGMENT;
    length = 0;
    begin(0, 0, -1, -1);
    let depth = 0;
    for (; k < count; k++) {
      const i = load<u32>(order + (<usize>k << 2));
      const record = records + <usize>i * RECORD;
      if (family == 0 && load<u8>(record, 16) != V4) break;
      while (depth > 0 && !contains(records + <usize>load<u32>(stack + (<usize>(depth - 1) << 3)) * RECORD, record)) {
        close(records, stack, depth--);
      }
      const above = stack + (<usize>(depth - 1) << 3);
      if (depth > 0 && load<u8>(records + <usize>load<u32>(above) * RECORD, 17) == load<u8>(record, 17)) {
        continue; // the same prefix again: the earlier one has the lower index and decides
      }
      const first = depth > 0 ? min(<i32>i, load<i32>(above, 4)) : <i32>i;
      store<u32>(stack + (<usize>depth << 3), i);
      store<i32>(stack + (<usize>depth << 3), first, 4);
      depth++;
      begin(load<u64>(record), load<u64>(record, 8), <i32>i, first);
    }
    while (depth > 0) close(records, stack, depth--);
    if (family == 0) {
      segments4 = segments;
      count4 = length;
    } else {
      segments6 = segments;
      count6 = length;
    }
  }
  return true;
}

/**
 * For each of the `count` addresses (records) the index of the prefix that decides, or -1, as i32 at `out`:
 * the longest match where `byFirst` is 0, else the first in the list. O(log n) each.
 */
export function lookup(addresses: usize, count: i32, byFirst: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const address = addresses + <usize>i * RECORD;
    const hi = load<u64>(address);
    const lo = load<u64>(address, 8);
    const v4 = load<u8>(address, 16) == V4;
    const base = v4 ? segments4 : segments6;
    // The last segment that does not begin after the address. There always is one: the first begins at zero.
    let low = 0;
    let high = v4 ? count4 : count6;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const at = base + <usize>middle * SEGMENT;
      const atHi = load<u64>(at);
      if (atHi < hi || (atHi == hi && load<u64>(at, 8) <= lo)) low = middle;
      else high = middle;
    }
    const found = base + <usize>low * SEGMENT;
    store<i32>(out + (<usize>i << 2), byFirst ? load<i32>(found, 20) : load<i32>(found, 16));
  }
}
