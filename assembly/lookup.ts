/**
 * Looks up many addresses at a time in a table.
 *
 * Memory is slow, and processors execute ahead, but not past a mispredicted branch. So a block of addresses takes each step
 * together: first all load their root, then those about which it does not decide load a node, and so on. The loads overlap, and
 * few branches depend on the loaded values.
 */
import { V4, V6 } from "./record";
import { BUCKETS, COUNT, DEPTH, FIRST, HEADER, KEYS, KEY_BITS, ROOTS, SHIFT, STRIDE, bitsFrom, bucketOf } from "./table";

/** IPv4 addresses in a block: one bit each of a u64. */
const BITS: usize = 64;

/** IPv6 addresses in a block: enough to hide the latency, few enough to stay in the nearest cache. */
const BLOCK: usize = 256;

/** For a block of IPv6: the numbers of the addresses to decide about, u32 each, and their cursors, 16 bytes each. */
const undecided = memory.data(1024);
const cursors = memory.data(4096);

/**
 * The value of a slot, which is that of its run. After a shift that moves the slot's own bit to the top, the remaining bits are
 * those of the runs up to it; there is at least one, because bit 0 is always set.
 */
@inline
function valueOf(node: usize, slot: u32): i32 {
  return load<i32>(node + (<usize>popcnt(load<u64>(node) << (63 - slot)) << 2), 4);
}

/** The address of the root for the first bits `bits` of an address. Below `first`, the difference wraps to a huge number. */
@inline
function rootAt(roots: usize, bits: u32, first: u32, count: u32): usize {
  return roots + (<usize>min(bits - first, count) << 2);
}

/** The values of the roots of four addresses; the last three arguments have the same number in all lanes. */
@inline
function fourRoots(addresses: v128, shift: i32, first: v128, outside: v128, roots: v128): v128 {
  const places = i32x4.min_u(i32x4.sub(i32x4.shr_u(addresses, shift), first), outside);
  const at = i32x4.add(i32x4.shl(places, 2), roots);
  let values = v128.load32_zero(<usize>i32x4.extract_lane(at, 0));
  values = v128.load32_lane(<usize>i32x4.extract_lane(at, 1), values, 1);
  values = v128.load32_lane(<usize>i32x4.extract_lane(at, 2), values, 2);
  return v128.load32_lane(<usize>i32x4.extract_lane(at, 3), values, 3);
}

/** All bits of each lane set whose value is a node. */
@inline
function areNodes(values: v128): v128 {
  return i32x4.lt_s(values, i32x4.splat(-1));
}

/**
 * Writes to `out`, as i32, the index of the deciding prefix, or -1, for each of the `count` addresses (u32, `stride` bytes
 * apart).
 */
export function lookupIPv4(table: usize, addresses: usize, stride: usize, count: i32, out: usize): void {
  const roots = table + load<u32>(table, ROOTS);
  const depth = load<u32>(table, DEPTH);
  const first = load<u32>(table, FIRST);
  const outside = load<u32>(table, COUNT);
  const shift = 32 - depth;
  const allRoots = i32x4.splat(<i32>roots);
  const firsts = i32x4.splat(first);
  const outsides = i32x4.splat(outside);
  const end = out + (<usize>count << 2);
  while (out < end) {
    const size = min(BITS, (end - out) >> 2);
    // The addresses about which a node decides. A bit for each costs less than a branch, which would often be mispredicted.
    let open: u64 = 0;
    let k: usize = 0;
    if (stride == 4) {
      for (; k + 16 <= size; k += 16) {
        const address = addresses + (k << 2);
        const at = out + (k << 2);
        const a = fourRoots(v128.load(address), shift, firsts, outsides, allRoots);
        const b = fourRoots(v128.load(address, 16), shift, firsts, outsides, allRoots);
        const c = fourRoots(v128.load(address, 32), shift, firsts, outsides, allRoots);
        const d = fourRoots(v128.load(address, 48), shift, firsts, outsides, allRoots);
        v128.store(at, a);
        v128.store(at, b, 16);
        v128.store(at, c, 32);
        v128.store(at, d, 48);
        const low = i16x8.narrow_i32x4_s(areNodes(a), areNodes(b));
        const high = i16x8.narrow_i32x4_s(areNodes(c), areNodes(d));
        open |= (<u64>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high))) << k;
      }
    }
    for (; k < size; k++) {
      const value = load<i32>(rootAt(roots, load<u32>(addresses + k * stride) >> shift, first, outside));
      store<i32>(out + (k << 2), value);
      open |= (<u64>(value < -1)) << k;
    }
    for (; open != 0; open &= open - 1) {
      const k = <usize>ctz(open);
      let rest = load<u32>(addresses + k * stride) << depth;
      let value = load<i32>(out + (k << 2));
      // Usually runs once, because the first node decides about all but the longest prefixes.
      do {
        value = valueOf(table + ~value, rest >> (32 - STRIDE));
        rest <<= STRIDE;
      } while (value < -1);
      store<i32>(out + (k << 2), value);
    }
    addresses += size * stride;
    out += size << 2;
  }
}

/**
 * Decides about the `left` addresses of one block whose numbers are in `undecided`. Each has a cursor of 16 bytes until it is
 * decided; the cursors advance together:
 *
 *   0            8             12
 *   | window u64 | number u32 | value i32 |     the address's next 64 bits; its number; the value that points to its node
 *
 * Looks in the buckets first if `deep` is set; returns whether that is worthwhile for addresses like these.
 */
function settleIPv6(table: usize, block: usize, stride: usize, left: usize, out: usize, deep: bool): bool {
  const buckets = load<u32>(table, BUCKETS);
  if (!deep || buckets == 0) return fromRoots(table, block, stride, left, out) * 2 > left;
  const shift = load<u32>(table, SHIFT);
  let end = cursors;
  let rest = undecided;
  for (let k: usize = 0; k < left; k++) {
    const i = load<u32>(undecided + (k << 2));
    const hi = load<u64>(block + <usize>i * stride);
    const lo = load<u64>(block + <usize>i * stride, 8);
    const key = <u32>(hi >> 32);
    const bucket = table + buckets + bucketOf(key, shift);
    const places = i32x4.bitmask(i32x4.eq(v128.load(bucket), i32x4.splat(key)));
    const value = load<i32>(bucket + (<usize>(ctz(places) & 3) << 2), KEYS);
    const isFound = (places != 0) & (value < -1);
    store<u64>(end, (hi << KEY_BITS) | (lo >> (64 - KEY_BITS)));
    store<u32>(end, i, 8);
    store<i32>(end, value, 12);
    end += <usize>isFound << 4;
    store<u32>(rest, i);
    rest += <usize>!isFound << 2;
  }
  const missing = (rest - undecided) >> 2;
  descend(table, block, stride, end, KEY_BITS, out);
  if (missing > 0) fromRoots(table, block, stride, missing, out);
  return missing * 2 < left;
}

/** Does the same from the roots. Returns the number of addresses whose root does not decide. */
function fromRoots(table: usize, block: usize, stride: usize, left: usize, out: usize): usize {
  const header = table + HEADER;
  const roots = table + load<u32>(header, ROOTS);
  const first = load<u32>(header, FIRST);
  const outside = load<u32>(header, COUNT);
  const depth = load<u32>(header, DEPTH);
  const shift = 64 - depth;
  let end = cursors;
  for (let k: usize = 0; k < left; k++) {
    const i = <usize>load<u32>(undecided + (k << 2));
    const hi = load<u64>(block + i * stride);
    const lo = load<u64>(block + i * stride, 8);
    const cursor = end;
    store<u64>(cursor, (hi << depth) | (lo >> shift));
    store<u32>(cursor, <u32>i, 8);
    const value = load<i32>(rootAt(roots, <u32>(hi >> shift), first, outside));
    store<i32>(out + (i << 2), value);
    store<i32>(cursor, value, 12);
    end += <usize>(value < -1) << 4;
  }
  descend(table, block, stride, end, depth, out);
  return (end - cursors) >> 4;
}

/** Moves the cursors before `end` from the nodes for the first `depth` bits to results. */
function descend(table: usize, block: usize, stride: usize, end: usize, depth: u32, out: usize): void {
  for (let strides = 1; end > cursors; strides++) {
    let still = cursors;
    for (let cursor = cursors; cursor < end; cursor += 16) {
      const window = load<u64>(cursor);
      const i = load<u32>(cursor, 8);
      const value = valueOf(table + ~load<i32>(cursor, 12), <u32>(window >> (64 - STRIDE)));
      store<i32>(out + (<usize>i << 2), value);
      store<u64>(still, window << STRIDE);
      store<u32>(still, i, 8);
      store<i32>(still, value, 12);
      still += <usize>(value < -1) << 4;
    }
    end = still;
    // Ten strides use all but four bits of a window.
    if (strides % 10 == 0) {
      depth += 10 * STRIDE;
      for (let cursor = cursors; cursor < end; cursor += 16) {
        const address = block + <usize>load<u32>(cursor, 8) * stride;
        store<u64>(cursor, bitsFrom(load<u64>(address), load<u64>(address, 8), depth));
      }
    }
  }
}

/** The same as {@link lookupIPv4} for consecutive addresses of 16 bytes, | hi u64 | lo u64 |. */
export function lookupIPv6(table: usize, addresses: usize, count: i32, out: usize): void {
  let deep = true;
  for (let from: usize = 0; from < <usize>count; from += BLOCK) {
    const size = min(BLOCK, <usize>count - from);
    for (let i: usize = 0; i < size; i++) store<u32>(undecided + (i << 2), <u32>i);
    deep = settleIPv6(table, addresses + (from << 4), 16, size, out + (from << 2), deep);
  }
}

/** The same for records of either family, or of none (0), which gets -1. */
export function lookupRecords(table: usize, records: usize, stride: usize, count: i32, out: usize): void {
  // First all of them as IPv4, whose 32 bits are the upper half of `hi`, because most are. Then the others.
  lookupIPv4(table, records + 4, stride, count, out);
  let deep = true;
  for (let from: usize = 0; from < <usize>count; from += BLOCK) {
    const block = records + from * stride;
    const values = out + (from << 2);
    const size = min(BLOCK, <usize>count - from);
    let left: usize = 0;
    for (let i: usize = 0; i < size; i++) {
      const family = load<u8>(block + i * stride, 16);
      if (family == V4) continue;
      store<i32>(values + (i << 2), -1);
      store<u32>(undecided + (left << 2), <u32>i);
      left += <usize>(family == V6);
    }
    // A block without IPv6 addresses says nothing about the next ones.
    if (left > 0) deep = settleIPv6(table, block, stride, left, values, deep);
  }
}
