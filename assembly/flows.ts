/**
 * Lines of text, each with the address that counts in it: where the lines are, and copies of those that are wanted.
 *
 * A line is 32 bytes; up to its family it is a record (record.ts), so that lookups take it as it is:
 *
 *   0        8        16          20         24       28        32
 *   | hi u64 | lo u64 | family u8 | size u32 | at u32 | end u32 |
 *
 * `at` and `size` are the address's text, family is 0 where there is none. `end` is behind the newline, where the next
 * line begins. Places are addresses in memory.
 */
import { findAddress, foundAt, foundSize, seek } from "./find";
import { readQuad } from "./quad";

export const LINE: usize = 32;

// The part of a line in which the address is looked for.
let partAt: usize = 0;
let partEnd: usize = 0;

@inline
function isSpace(c: u8): bool {
  return c <= 0x20;
}

/** Makes the part the `number`th (from 1) of the fields of [p, end) that white space separates; else it is empty. */
function takeField(p: usize, end: usize, number: i32): void {
  partAt = partEnd = end;
  for (; p < end; number--) {
    while (p < end && isSpace(load<u8>(p))) p++;
    const from = p;
    while (p < end && !isSpace(load<u8>(p))) p++;
    if (number == 1) {
      partAt = from;
      partEnd = p;
      return;
    }
  }
}

/** Could `c` belong to the name of a key? */
function isName(c: u8): bool {
  return <u8>((c | 0x20) - 0x61) < 26 || <u8>(c - 0x30) < 10 || c == 0x5f || c == 0x2d || c == 0x2e;
}

/** Makes the part what stands behind the first `key=` of [p, end), up to white space; else it is empty. */
function takeValue(p: usize, end: usize, key: usize, keySize: usize): void {
  partAt = partEnd = end;
  const begin = p;
  for (;;) {
    const equals = seek(p, end, 0x3d, 0x3d);
    if (equals == end) return;
    p = equals + 1;
    const name = equals - keySize;
    if (equals - begin < keySize || (name > begin && isName(load<u8>(name - 1)))) continue;
    if (memory.compare(name, key, keySize) == 0) break;
  }
  partAt = p;
  while (p < end && !isSpace(load<u8>(p))) p++;
  partEnd = p;
}

/**
 * Reads at most `max` lines of [p, end), as far as they are whole, into `lines`, and answers how many. The address is the
 * first in the line; where `field` is not 0 the first in that field; where `keySize` is not 0 the first behind that key.
 * 16 bytes behind `end` must be there to be loaded.
 */
export function scanLines(
  p: usize,
  end: usize,
  field: i32,
  key: usize,
  keySize: usize,
  lines: usize,
  max: i32,
): i32 {
  const whole = field == 0 && keySize == 0;
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
    if (whole) {
      partAt = p;
      partEnd = newline;
    } else if (keySize != 0) {
      takeValue(p, newline, key, keySize);
    } else {
      takeField(p, newline, field);
    }
    if (findAddress(partAt, partEnd, line)) {
      store<u32>(line, <u32>foundSize, 20);
      store<u32>(line, <u32>foundAt, 24);
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
 * answers where they end. The first line begins at `p`; lines without an address have a negative value. Neighbours are
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
