/**
 * Lines of text, each with the address that counts in it: where the lines are, and copies of those that are wanted.
 *
 * A line is 32 bytes; up to its family it is a record (record.ts), so that lookups take it as it is:
 *
 *   0        8        16          20         24       28        32
 *   | hi u64 | lo u64 | family u8 | size u32 | at u32 | end u32 |
 *
 * `at` and `size` are the address's text, family is 0 if there is none. `end` is behind the newline, where the next
 * line begins. Places are addresses in memory.
 */
import { findAddress, foundAt, foundSize, seek } from "./find";
import { FIRST, ONLY, partAt, partEnd, takePart } from "./places";
import { readQuad } from "./quad";

export const LINE: usize = 32;

/** A record that nobody looks at. */
const other = memory.data(24);

/**
 * Reads at most `max` lines of [p, end), as far as they are whole, into `lines`, and returns how many. The address is the
 * first in the part of the line that a place (places.ts) says. 16 bytes behind `end` must be there to be loaded.
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
      // A bare IPv4 address: the shortest lines are the ones that come in millions.
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

/** Copies [from, to) to `out`; up to 15 bytes behind it are overwritten. Short copies need no call. */
@inline
function copy(from: usize, to: usize, out: usize): usize {
  const size = to - from;
  if (size > 256) memory.copy(out, from, size);
  else for (let i: usize = 0; i < size; i += 16) v128.store(out + i, v128.load(from + i));
  return out + size;
}

/**
 * Copies the lines whose value `wanted` has a 1 for (a byte for each value from 0 on) to `out`, in their order, and
 * returns where they end. The first line begins at `p`; lines without an address have a negative value. Neighbours are
 * copied together.
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
