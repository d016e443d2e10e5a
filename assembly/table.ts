/**
 * The lookup table: which prefix decides about an address, in few steps and little memory.
 *
 * The first bits of an address choose a node, directly; a node tells 64 slots apart by the next six bits. Neighbouring
 * slots mostly have the same answer, so a node keeps one value a run: bit i of `runs` says that a run begins at slot i,
 * and the value of a slot is found by counting the bits up to it. The values lie directly behind `runs`, mostly on the
 * same line of the processor's cache. (Poptrie, SIGCOMM 2015, has the idea; its nodes have a second vector.)
 *
 *   roots    | value i32 ... |            for the first `depth` bits, from `first` on, `count` of them; one more for all that
 *                                         lies outside: there is no prefix there
 *   node     | runs u64 | value i32 ... | as many values as `runs` has bits set, at least two
 *   value    >= -1: the answer, an index or -1 for none; below: ~offset of the node for the next six bits
 *
 * All offsets count from the table, so that it can be moved. It begins with its header, 16 bytes for each family:
 *
 *   0           4           8           12          16
 *   | roots u32 | depth u32 | first u32 | count u32 | the same for IPv6 |
 */
import { alloc, append, release } from "./memory";
import { sortPrefixes } from "./order";
import { RECORD, V4, maskHi, maskLo } from "./record";
import { SEGMENT, cutSegments } from "./segments";

export const HEADER: usize = 16;
export const ROOTS: usize = 0;
export const DEPTH: usize = 4;
export const FIRST: usize = 8;
export const COUNT: usize = 12;

/** Bits that one node tells apart. */
export const STRIDE: u32 = 6;

/** Bytes of the values of one node at most, and nodes in a row: 128 bits in strides, and one that is cut short. */
const VALUES: usize = 64 << 2;
const LEVELS: usize = 23;

/** Bits that choose the root at most: the stride that follows must lie within an IPv4 address. */
const MAX_DEPTH: u32 = 32 - STRIDE;

/**
 * Roots at most: four for each segment, so that few steps follow, but no more than stay in a processor's cache, and for short lists as
 * many as stay in the nearest one. With 2^18 the first node of IPv4 ends at /24, the longest prefix of nearly all routes.
 */
const MIN_ROOTS: u32 = 1 << 13;
const MAX_ROOTS: u32 = 1 << 18;

// What is being built: the table, and whether memory ran out.
let table: usize = 0;
let full: bool = false;

// The segments that are being put into nodes: the one that covers where we are, and the end of the list.
let current: usize = 0;
let last: usize = 0;

/** The 64 bits of an address from bit `depth` on; zeros past its end. */
@inline
export function bitsFrom(hi: u64, lo: u64, depth: u32): u64 {
  if (depth == 0) return hi;
  return depth < 64 ? (hi << depth) | (lo >> (64 - depth)) : depth < 128 ? lo << (depth - 64) : 0;
}

/** The slot in which the next segment begins, in the node for the first `depth` bits of (hi, lo); 64 if outside of it. */
function nextSlot(hi: u64, lo: u64, depth: u32): u32 {
  const next = current + SEGMENT;
  if (next == last) return 64;
  const nextHi = load<u64>(next);
  const nextLo = load<u64>(next, 8);
  const outside = ((nextHi ^ hi) & maskHi(depth)) | ((nextLo ^ lo) & maskLo(depth));
  return outside != 0 ? 64 : <u32>(bitsFrom(nextHi, nextLo, depth) >> (64 - STRIDE));
}

/** Does the next segment begin where a block of `bits` bits begins? */
function nextIsAligned(bits: u32): bool {
  const next = current + SEGMENT;
  return ((load<u64>(next) & ~maskHi(bits)) | (load<u64>(next, 8) & ~maskLo(bits))) == 0;
}

/** Passes the segments that begin inside the first `depth` bits of (hi, lo); returns the value that says what is there. */
function putNode(hi: u64, lo: u64, depth: u32, values: usize): i32 {
  let runs: u64 = 0;
  let end = values;
  for (let slot: u32 = 0; slot < 64; ) {
    let after = nextSlot(hi, lo, depth);
    // A segment that begins with the slot takes it over; one that begins inside of it cuts it.
    if (after == slot && nextIsAligned(depth + STRIDE)) {
      current += SEGMENT;
      after = nextSlot(hi, lo, depth);
    }
    let value: i32;
    if (after == slot) {
      const inside = current + SEGMENT;
      value = putNode(load<u64>(inside), load<u64>(inside, 8), depth + STRIDE, values + VALUES);
      after = slot + 1;
    } else {
      value = load<i32>(current, 16);
    }
    if (end == values || load<i32>(end - 4) != value) {
      runs |= (<u64>1) << slot;
      store<i32>(end, value);
      end += 4;
    }
    slot = after;
  }
  return keepNode(runs, values, end - values);
}

/** Writes a node, and returns the value that leads to it. Where all slots have one value, that is the answer. */
function keepNode(runs: u64, values: usize, size: usize): i32 {
  if (size == 4) return load<i32>(values);
  const node = append(8 + size);
  if (node == 0) {
    full = true;
    return 0;
  }
  store<u64>(node, runs);
  memory.copy(node + 8, values, size);
  return ~<i32>(node - table);
}

/** The segments of one family become its roots and nodes, and its header. False if they do not fit. */
function putFamily(header: usize, segments: usize, count: i32, values: usize): bool {
  const maxRoots = max(MIN_ROOTS, min(<u32>count << 2, MAX_ROOTS));
  current = segments;
  last = segments + <usize>count * SEGMENT;
  let depth: u32 = 1;
  let first: u32 = 0;
  let roots: u32 = 0;
  if (count > 1 || load<i32>(segments, 16) != -1) {
    // The first and the last address (their first 64 bits) of all prefixes: where no prefix begins or ends the space.
    const low = load<i32>(segments, 16) == -1 ? load<u64>(segments + SEGMENT) : 0;
    const high = load<i32>(last - SEGMENT, 16) == -1 ? beforeHi(last - SEGMENT) : u64.MAX_VALUE;
    while (depth < MAX_DEPTH && <u32>((high >> (63 - depth)) - (low >> (63 - depth))) < maxRoots) depth++;
    first = <u32>(low >> (64 - depth));
    roots = <u32>(high >> (64 - depth)) - first + 1;
  }
  const at = append((<usize>roots + 1) << 2);
  if (at == 0) return false;
  store<u32>(header, <u32>(at - table), ROOTS);
  store<u32>(header, depth, DEPTH);
  store<u32>(header, first, FIRST);
  store<u32>(header, roots, COUNT);
  for (let i: u32 = 0; i < roots && !full; i++) {
    // Roots before the one in which the next segment begins have the value of this one.
    const next = current + SEGMENT;
    const stop = next == last ? roots : <u32>(load<u64>(next) >> (64 - depth)) - first;
    for (const value = load<i32>(current, 16); i < stop; i++) store<i32>(at + (<usize>i << 2), value);
    if (i < roots) store<i32>(at + (<usize>i << 2), putNode((<u64>(first + i)) << (64 - depth), 0, depth, values));
  }
  store<i32>(at + (<usize>roots << 2), -1);
  return !full;
}

/** The first 64 bits of the address before the one at which the segment begins. */
function beforeHi(segment: usize): u64 {
  return load<u64>(segment) - (load<u64>(segment, 8) == 0 ? 1 : 0);
}

/**
 * Builds the table of the `count` prefixes at `records`, the last thing in the arena, and puts it in their place.
 * Returns its size in bytes, or 0 if it does not fit. O(n).
 */
export function buildTable(records: usize, count: i32, byFirst: bool): usize {
  const order = alloc(<usize>count << 2);
  // Sorted first: the memory that it takes is given back.
  if (order == 0 || !sortPrefixes(records, count, order)) return 0;
  const stack = alloc(<usize>count << 3);
  const segments = alloc((<usize>count * 2 + 1) * SEGMENT);
  const values = alloc(LEVELS * VALUES);
  if (stack == 0 || segments == 0 || values == 0) return 0;
  let count4 = 0;
  while (count4 < count && load<u8>(records + <usize>load<u32>(order + (<usize>count4 << 2)) * RECORD, 16) == V4) count4++;
  table = alloc(HEADER * 2);
  if (table == 0) return 0;
  full = false;
  const n4 = cutSegments(records, order, count4, byFirst, stack, segments);
  if (!putFamily(table, segments, n4, values)) return 0;
  const n6 = cutSegments(records, order + (<usize>count4 << 2), count - count4, byFirst, stack, segments);
  if (!putFamily(table + HEADER, segments, n6, values)) return 0;
  const size = append(0) - table;
  memory.copy(records, table, size);
  release(records + size);
  return size;
}
