/** Plain lists: a prefix, or an address, on each line. White space around it and what follows a `#` do not count. */
import { seek } from "./find";
import { WANT_ADDRESS, WANT_PREFIX, readRecord } from "./parse";
import { readQuad } from "./quad";
import { RECORD, V4, maskHi } from "./record";

let doubtful: i32 = 0;

/** How many records of the last list have a problem or a note. */
export function doubtfulRecords(): i32 {
  return doubtful;
}

/** How many lines [p, end) has at most: its newlines, and one. Loads up to 15 bytes behind `end`. */
export function countLines(p: usize, end: usize): i32 {
  let count = 1;
  for (; p < end; p += 16) {
    const rest = end - p;
    const inside = rest < 16 ? (1 << <i32>rest) - 1 : 0xffff;
    count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x0a))) & inside);
  }
  return count;
}

/** Reads `a.b.c.d/n` at the beginning of the line into `out`; what follows it, or 0 where it is anything else. */
@inline
function readPlain(p: usize, out: usize): usize {
  const size = readQuad(p, 16, out);
  if (size == 0) return 0;
  p += size;
  const tens = <u32>load<u8>(p, 1) - 0x30;
  if (load<u8>(p) != 0x2f || tens > 9) return 0;
  const ones = <u32>load<u8>(p, 2) - 0x30;
  const bits = ones > 9 ? tens : tens * 10 + ones;
  // What is rare or wrong is for the other reader: leading zeros, too many bits, bits behind them.
  if (bits > 32 || (tens == 0 && ones <= 9) || (load<u64>(out) & ~maskHi(bits)) != 0) return 0;
  store<u64>(out, <u64>V4 | ((<u64>bits) << 8), 16);
  p += ones > 9 ? 2 : 3;
  return load<u8>(p) == 0x0d ? p + 1 : p;
}

/**
 * Reads the list [p, end) into records at `out`, with the number of each one's line, from 1, as u32 at `numbers`; both have
 * room for all lines. Answers how many there are. 16 bytes behind `end` must be there to be loaded.
 */
export function parseList(p: usize, end: usize, out: usize, numbers: usize): i32 {
  let count: usize = 0;
  doubtful = 0;
  for (let number = 1; p < end; number++) {
    const record = out + count * RECORD;
    const next = readPlain(p, record);
    if (next != 0 && next < end && load<u8>(next) == 0x0a) {
      store<u32>(numbers + (count++ << 2), number);
      p = next + 1;
      continue;
    }
    const newline = seek(p, end, 0x0a, 0x0a);
    let to = seek(p, newline, 0x23, 0x23);
    while (p < to && load<u8>(p) <= 0x20) p++;
    while (to > p && load<u8>(to - 1) <= 0x20) to--;
    if (to > p) {
      const isAddress = seek(p, to, 0x2f, 0x2f) == to;
      readRecord(p, to, isAddress ? WANT_ADDRESS : WANT_PREFIX, record);
      if (load<u16>(record, 18) != 0) doubtful++;
      store<u32>(numbers + (count++ << 2), number);
    }
    p = newline + 1;
  }
  return <i32>count;
}
