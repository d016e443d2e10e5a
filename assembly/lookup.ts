/**
 * Lookups in a table, many at a time.
 *
 * Memory is slow and processors look ahead, but not past a wrong guess. So a block of addresses takes each step
 * together: first all load their root, then all their node, and so on. The loads wait beside each other, and few branches
 * depend on what they bring.
 */
import { V4, V6 } from "./record";
import { COUNT, DEPTH, FIRST, HEADER, ROOTS, STRIDE, bitsFrom } from "./table";

/** Addresses in a block: enough to hide the waiting, few enough to stay in the nearest cache. */
const BLOCK: usize = 256;

/** One address in so many that nodes decide about is seldom. */
const SELDOM: usize = 16;

/** For a block: the numbers of the addresses to decide about, u32 each, and their cursors, 16 bytes each. */
const undecided = memory.data(1024);
const cursors = memory.data(4096);

/**
 * The value of a slot: that of the run which covers it. Shifted so that the slot's own bit comes to the top, the bits
 * that are left are those of the runs up to it; there is at least one, as bit 0 is always set.
 */
@inline
function valueOf(node: usize, slot: u32): i32 {
  return load<i32>(node + (<usize>popcnt(load<u64>(node) << (63 - slot)) << 2), 4);
}

/** Where the root of an address stands whose first bits are `bits`. Below `first` the difference is huge. */
@inline
function rootAt(roots: usize, bits: u32, first: u32, count: u32): usize {
  return roots + (<usize>min(bits - first, count) << 2);
}

/** Notes the offset of an answer if a node has to decide, without a branch: it would be guessed wrong half of the time. */
@inline
function note(next: usize, offset: u32, isOpen: bool): usize {
  store<u32>(next, offset);
  return next + (<usize>isOpen << 2);
}

/** Four addresses that stand one behind the other at once: what their roots say comes to `at`. Which lead to nodes, a bit each. */
@inline
function fourRoots(roots: usize, addresses: usize, shift: i32, first: v128, outside: v128, at: usize): i32 {
  const bits = i32x4.shr_u(v128.load(addresses), shift);
  const places = i32x4.shl(i32x4.min_u(i32x4.sub(bits, first), outside), 2);
  let values = v128.load32_zero(roots + <usize>i32x4.extract_lane(places, 0));
  values = v128.load32_lane(roots + <usize>i32x4.extract_lane(places, 1), values, 1);
  values = v128.load32_lane(roots + <usize>i32x4.extract_lane(places, 2), values, 2);
  values = v128.load32_lane(roots + <usize>i32x4.extract_lane(places, 3), values, 3);
  v128.store(at, values);
  return i32x4.bitmask(i32x4.lt_s(values, i32x4.splat(-1)));
}

/**
 * For each of the `count` addresses (u32, each `stride` bytes behind the one before) the index of the prefix that
 * decides, or -1, as i32 at `out`.
 */
export function lookupIPv4(table: usize, addresses: usize, stride: usize, count: i32, out: usize): void {
  const roots = table + load<u32>(table, ROOTS);
  const depth = load<u32>(table, DEPTH);
  const first = load<u32>(table, FIRST);
  const outside = load<u32>(table, COUNT);
  const shift = 32 - depth;
  const end = out + (<usize>count << 2);
  const firsts = i32x4.splat(first);
  const outsides = i32x4.splat(outside);
  let mostDecide = true;
  while (out < end) {
    const stop = min(out + (BLOCK << 2), end);
    let next = undecided;
    let address = addresses;
    let at = out;
    if (stride == 4) {
      for (; at + 16 <= stop; at += 16, address += 16) {
        const open = fourRoots(roots, address, shift, firsts, outsides, at);
        // Where nearly all roots decide, as with few prefixes, that is guessed right.
        if (mostDecide && open == 0) continue;
        const offset = <u32>(at - out);
        next = note(next, offset, (open & 1) != 0);
        next = note(next, offset + 4, (open & 2) != 0);
        next = note(next, offset + 8, (open & 4) != 0);
        next = note(next, offset + 12, (open & 8) != 0);
      }
    }
    for (; at < stop; at += 4, address += stride) {
      const value = load<i32>(rootAt(roots, load<u32>(address) >> shift, first, outside));
      store<i32>(at, value);
      next = note(next, <u32>(at - out), value < -1);
    }
    mostDecide = (next - undecided) * SELDOM < stop - out;
    for (let k = undecided; k < next; k += 4) {
      const offset = <usize>load<u32>(k);
      let rest = load<u32>(addresses + (offset >> 2) * stride) << depth;
      let value = load<i32>(out + offset);
      // Once in most cases: the first node decides about all but the longest prefixes.
      do {
        value = valueOf(table + ~value, rest >> (32 - STRIDE));
        rest <<= STRIDE;
      } while (value < -1);
      store<i32>(out + offset, value);
    }
    addresses = address;
    out = stop;
  }
}

/**
 * Decides about the `left` addresses of one block whose numbers stand in `undecided`. While it is undecided each has a
 * cursor of 16 bytes; those that are left move together:
 *
 *   0            8             12
 *   | window u64 | number u32 | value i32 |     the address's next 64 bits; its number; the value that leads to its node
 */
function settleIPv6(table: usize, block: usize, stride: usize, left: usize, out: usize): void {
  const header = table + HEADER;
  const roots = table + load<u32>(header, ROOTS);
  const first = load<u32>(header, FIRST);
  const outside = load<u32>(header, COUNT);
  let depth = load<u32>(header, DEPTH);
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
    // Ten strides use a window up, but for four bits.
    if (strides % 10 == 0) {
      depth += 10 * STRIDE;
      for (let cursor = cursors; cursor < end; cursor += 16) {
        const address = block + <usize>load<u32>(cursor, 8) * stride;
        store<u64>(cursor, bitsFrom(load<u64>(address), load<u64>(address, 8), depth));
      }
    }
  }
}

/** The same as {@link lookupIPv4} for addresses of 16 bytes, | hi u64 | lo u64 |, one behind the other. */
export function lookupIPv6(table: usize, addresses: usize, count: i32, out: usize): void {
  for (let from: usize = 0; from < <usize>count; from += BLOCK) {
    const size = min(BLOCK, <usize>count - from);
    for (let i: usize = 0; i < size; i++) store<u32>(undecided + (i << 2), <u32>i);
    settleIPv6(table, addresses + (from << 4), 16, size, out + (from << 2));
  }
}

/** The same for records of either family, or of none (0), which gets -1. */
export function lookupRecords(table: usize, records: usize, stride: usize, count: i32, out: usize): void {
  // All of them as IPv4, whose 32 bits are the upper half of `hi`: most are. Then those that are not.
  lookupIPv4(table, records + 4, stride, count, out);
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
    settleIPv6(table, block, stride, left, values);
  }
}
