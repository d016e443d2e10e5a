/**
 * Scans lines of text for one address each, and copies the wanted ones.
 *
 * A line is 32 bytes; up to its family it is a record (record.ts), so that lookups can use it directly:
 *
 *   0        8        16          20         24       28        32
 *   | hi u64 | lo u64 | family u8 | size u32 | at u32 | end u32 |
 *
 * `at` and `size` are the address's text; family is 0 if there is none. `end` is after the newline, where the next line begins.
 * Both are addresses in memory.
 */
import { findAddress, foundAt, foundSize, seek } from "./find";
import { FIRST, ONLY, partAt, partEnd, takePart } from "./places";
import { readQuad } from "./quad";

export const LINE: usize = 32;

/** A record whose contents are not used. */
const other = memory.data(24);

/**
 * Reads up to `max` complete lines of [p, end) into `lines`, and returns their number. The address is the first in the part of
 * the line that a place (places.ts) selects. The 16 bytes after `end` must be readable.
 */
export function scanLines(
  p: usize,
  end: usize,
  place: usize,
  lines: usize,
  max: i32,
): i32 {
  const kind = load<u32>(place);
  const whole = kind == FIRST || kind == ONLY;
  const stop = lines + <usize>max * LINE;
  let line = lines;
  for (; p < end && line < stop; line += LINE) {
    if (whole) {
      // A bare IPv4 address: the shortest lines are the ones that occur by the million.
      const size = readQuad(p, 16, line);
      let next = p + size;
      if (load<u8>(next) == 0x0d) next++;
      if (size != 0 && next < end && load<u8>(next) == 0x0a) {
        store<u32>(line, <u32>size, 20);
        store<u32>(line, <u32>p, 24);
        p = next + 1;
        store<u32>(line, <u32>p, 28);
        continue;
      }
    }
    const newline = seek(p, end, 0x0a, 0x0a);
    if (newline == end) break;
    takePart(place, p, newline);
    if (findAddress(partAt, partEnd, line)) {
      store<u32>(line, <u32>foundSize, 20);
      store<u32>(line, <u32>foundAt, 24);
      if (kind == ONLY && findAddress(foundAt + foundSize, partEnd, other)) store<u8>(line, 0, 16);
    }
    p = newline + 1;
    store<u32>(line, <u32>p, 28);
  }
  return <i32>((line - lines) / LINE);
}

/** Copies [from, to) to `out`; may overwrite up to 15 bytes after it. Short copies need no call. */
@inline
function copy(from: usize, to: usize, out: usize): usize {
  const size = to - from;
  if (size > 256) memory.copy(out, from, size);
  else for (let i: usize = 0; i < size; i += 16) v128.store(out + i, v128.load(from + i));
  return out + size;
}

/**
 * Copies the lines for whose value `wanted` has a 1 (one byte for each value, starting with 0) to `out`, in order, and returns
 * where they end. The first line begins at `p`; lines without an address have a negative value. Adjacent lines are copied
 * together.
 */
export function copyLines(lines: usize, count: i32, p: usize, values: usize, wanted: usize, out: usize): usize {
  let from: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const value = load<i32>(values + (i << 2));
    if (value >= 0 && load<u8>(wanted + <usize>value) != 0) {
      if (from == 0) from = p;
    } else if (from != 0) {
      out = copy(from, p, out);
      from = 0;
    }
    p = load<u32>(lines + i * LINE, 28);
  }
  return from != 0 ? copy(from, p, out) : out;
}
