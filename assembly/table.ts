/**
 * The lookup table: finds the prefix that decides about an address in few steps, with little memory.
 *
 * The first bits of an address select a node directly; a node distinguishes 64 slots by the next six bits. Adjacent slots mostly
 * have the same value, so a node has one value per run: bit i of `runs` is set if a run begins at slot i, and the value of a
 * slot is found by counting the bits up to it. The values follow directly after `runs`, mostly in the same cache line of the
 * processor. (The idea is from Poptrie, SIGCOMM 2015, whose nodes have a second vector.)
 *
 *   roots    | value i32 ... |            for the first `depth` bits, from `first` on, `count` of them; one more for all
 *                                         addresses outside of them, which have no prefix
 *   node     | runs u64 | value i32 ... | as many values as `runs` has bits set, at least two
 *   value    >= -1: the result, an index or -1 for none; below: ~offset of the node for the next six bits
 *   bucket   | key u32 * 4 | value i32 * 4 |
 *
 * Most IPv6 prefixes are longer than the /32 that a provider gets, and far from the roots. So the nodes for the first 32 bits are
 * also in a hash table, by these bits. It is only a shortcut: it does not have the nodes for which there was no room in their
 * bucket.
 *
 * All offsets are relative to the table, so that it can be moved. It begins with its header, 16 bytes for each family, and 16 bytes
 * for the hash table:
 *
 *   0           4           8           12          16                  32            36          48
 *   | roots u32 | depth u32 | first u32 | count u32 | the same for IPv6 | buckets u32 | shift u32 | |
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

/** The offset of the buckets, 0 if there are none; and the shift that leaves the number of a bucket of a hash. */
export const BUCKETS: usize = 32;
export const SHIFT: usize = 36;

const ALL_HEADERS: usize = 48;

/** The number of address bits that one node consumes. */
export const STRIDE: u32 = 6;

/** The bits of an IPv6 address that select a bucket. The depths of its nodes are this one plus or minus strides. */
export const KEY_BITS: u32 = 32;

/** The bytes of a bucket, and of its keys, after which its values follow. */
const BUCKET: usize = 32;
export const KEYS: usize = 16;

/** The maximum bytes of values in one node, and the maximum depth of nodes: 128 bits in strides, the last one partial. */
const VALUES: usize = 64 << 2;
const LEVELS: usize = 23;

/** The maximum number of bits that select the root: the next stride must be within an IPv4 address. */
const MAX_DEPTH: u32 = 32 - STRIDE;

/**
 * Limits of the number of roots, which is four for each segment, so that few steps follow. The upper limit is what stays in a
 * processor's cache, the lower one what stays in the nearest cache. With 2^18, the first node of IPv4 ends at /24, the longest
 * prefix of nearly all routes.
 */
const MIN_ROOTS: u32 = 1 << 13;
const MAX_ROOTS: u32 = 1 << 18;

// The table that is being built, and whether memory ran out.
let table: usize = 0;
let full: bool = false;

// The nodes for the first 32 bits of IPv6 addresses: | key u32 | value i32 |.
let keyed: usize = 0;
let keyedEnd: usize = 0;

// The segments that are being written to nodes: the current one, and the end of the list.
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

/** Whether the next segment begins where a block of `bits` bits begins. */
function nextIsAligned(bits: u32): bool {
  const next = current + SEGMENT;
  return ((load<u64>(next) & ~maskHi(bits)) | (load<u64>(next, 8) & ~maskLo(bits))) == 0;
}

/** Consumes the segments that begin inside the first `depth` bits of (hi, lo), and returns the value for these bits. */
function putNode(hi: u64, lo: u64, depth: u32, values: usize): i32 {
  let runs: u64 = 0;
  let end = values;
  for (let slot: u32 = 0; slot < 64; ) {
    let after = nextSlot(hi, lo, depth);
    // A segment that begins with the slot replaces its value; one that begins inside of it splits it.
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
  const value = keepNode(runs, values, end - values);
  if (depth == KEY_BITS && value < -1) {
    store<u32>(keyedEnd, <u32>(hi >> 32));
    store<i32>(keyedEnd, value, 4);
    keyedEnd += 8;
  }
  return value;
}

/** Writes a node, and returns the value that points to it. If all slots have the same value, returns that instead. */
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

/**
 * Writes the roots, the nodes and the header of one family from its segments. The depth of the roots is `least`, or more by
 * multiples of `step`. Returns false if they do not fit.
 */
function putFamily(header: usize, segments: usize, count: i32, values: usize, least: u32, step: u32): bool {
  const maxRoots = max(MIN_ROOTS, min(<u32>count << 2, MAX_ROOTS));
  current = segments;
  last = segments + <usize>count * SEGMENT;
  let depth = least;
  let first: u32 = 0;
  let roots: u32 = 0;
  if (count > 1 || load<i32>(segments, 16) != -1) {
    // The first 64 bits of the first and the last address of all prefixes, if no prefix begins or ends the space.
    const low = load<i32>(segments, 16) == -1 ? load<u64>(segments + SEGMENT) : 0;
    const high = load<i32>(last - SEGMENT, 16) == -1 ? beforeHi(last - SEGMENT) : u64.MAX_VALUE;
    for (let next = depth + step; next <= MAX_DEPTH; next += step) {
      if ((high >> (64 - next)) - (low >> (64 - next)) >= maxRoots) break;
      depth = next;
    }
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
    // Roots before the one in which the next segment begins have the value of the current one.
    const next = current + SEGMENT;
    const stop = next == last ? roots : <u32>(load<u64>(next) >> (64 - depth)) - first;
    for (const value = load<i32>(current, 16); i < stop; i++) store<i32>(at + (<usize>i << 2), value);
    if (i < roots) store<i32>(at + (<usize>i << 2), putNode((<u64>(first + i)) << (64 - depth), 0, depth, values));
  }
  store<i32>(at + (<usize>roots << 2), -1);
  return !full;
}

/** The offset of the bucket of a key. Multiplies by 2^32 divided by the golden ratio (Knuth, TAOCP 3, 6.4). */
@inline
export function bucketOf(key: u32, shift: u32): usize {
  return <usize>((key * 0x9e3779b1) >> shift) * BUCKET;
}

/** Writes the buckets, which have room for at least twice as many keys. Returns false if they do not fit. */
function putBuckets(at: usize): bool {
  const count = <u32>((keyedEnd - keyed) >> 3);
  store<u32>(table, 0, BUCKETS);
  if (count == 0) return true;
  const shift = min<u32>(31, clz(count >> 1));
  const size = (<usize>1 << (32 - shift)) * BUCKET;
  // As if the table were already where it will be: no bucket is in two cache lines.
  const gap = -(append(0) - table + at) & (BUCKET - 1);
  const buckets = append(gap + size);
  if (buckets == 0) return false;
  store<u32>(table, <u32>(buckets + gap - table), BUCKETS);
  store<u32>(table, shift, SHIFT);
  // A value that is no node's marks a free place.
  memory.fill(buckets + gap, 0, size);
  for (let entry = keyed; entry < keyedEnd; entry += 8) {
    const key = load<u32>(entry);
    const bucket = buckets + gap + bucketOf(key, shift);
    for (let place = bucket; place < bucket + KEYS; place += 4) {
      if (load<i32>(place, KEYS) < -1) continue;
      store<u32>(place, key);
      store<i32>(place, load<i32>(entry, 4), KEYS);
      break;
    }
  }
  return true;
}

/** The first 64 bits of the address before the beginning of the segment. */
function beforeHi(segment: usize): u64 {
  return load<u64>(segment) - (load<u64>(segment, 8) == 0 ? 1 : 0);
}

/**
 * Builds the table of the `count` prefixes at `records`, which must be the last allocation in the arena, and replaces them with
 * it. Returns its size in bytes, or 0 if it does not fit. O(n).
 */
export function buildTable(records: usize, count: i32, byFirst: bool): usize {
  const order = alloc(<usize>count << 2);
  // Sorts first, because the memory that sorting needs is freed.
  if (order == 0 || !sortPrefixes(records, count, order)) return 0;
  const stack = alloc(<usize>count << 3);
  const segments = alloc((<usize>count * 2 + 1) * SEGMENT);
  const values = alloc(LEVELS * VALUES);
  if (stack == 0 || segments == 0 || values == 0) return 0;
  let count4 = 0;
  while (count4 < count && load<u8>(records + <usize>load<u32>(order + (<usize>count4 << 2)) * RECORD, 16) == V4) count4++;
  // At most one node per prefix: for its first 32 bits.
  keyed = alloc(<usize>(count - count4) << 3);
  keyedEnd = keyed;
  table = alloc(ALL_HEADERS);
  if (keyed == 0 || table == 0) return 0;
  full = false;
  const n4 = cutSegments(records, order, count4, byFirst, stack, segments);
  if (!putFamily(table, segments, n4, values, 1, 1)) return 0;
  const n6 = cutSegments(records, order + (<usize>count4 << 2), count - count4, byFirst, stack, segments);
  if (!putFamily(table + HEADER, segments, n6, values, KEY_BITS % STRIDE, STRIDE)) return 0;
  if (!putBuckets(records)) return 0;
  const size = append(0) - table;
  memory.copy(records, table, size);
  release(records + size);
  return size;
}
