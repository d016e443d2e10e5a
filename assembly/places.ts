/**
 * Selects the part of a line in which to look for an address. A place is 24 bytes:
 *
 *   0          4           8            12              16        20            24
 *   | kind u32 | field u32 | fields u32 | separator u32 | key u32 | keySize u32 |
 *
 * `field` counts from 1; a line whose number of fields is not `fields` has no part, unless that is 0; `separator` 0 is white
 * space. `key` is the address of the name of a key, or of a path.
 */
import { seek } from "./find";

export const FIRST: u32 = 0;
export const ONLY: u32 = 1;
const KEY: u32 = 2;
const FIELD: u32 = 3;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const DOT: u8 = 0x2e;

/** The selected part; empty if the line has none. */
export let partAt: usize = 0;
export let partEnd: usize = 0;

@inline
function isSpace(c: u8): bool {
  return c <= 0x20;
}

/** Selects the part of [p, end) that `place` describes. */
export function takePart(place: usize, p: usize, end: usize): void {
  const kind = load<u32>(place);
  if (kind == FIRST || kind == ONLY) {
    partAt = p;
    partEnd = end;
    return;
  }
  partAt = partEnd = end;
  const key = <usize>load<u32>(place, 16);
  const keySize = <usize>load<u32>(place, 20);
  if (kind == KEY) takeValue(p, end, key, keySize);
  else if (kind == FIELD) {
    const separator = load<u32>(place, 12);
    if (separator == 0) takeField(p, end, load<i32>(place, 4), load<i32>(place, 8));
    else takeColumn(p, end, <u8>separator, load<i32>(place, 4), load<i32>(place, 8));
  } else {
    p = skipSpace(p, end);
    if (p < end && load<u8>(p) == 0x7b) findPath(p + 1, end, key, key + keySize);
  }
}

/** Selects field `number` of those that white space separates. */
function takeField(p: usize, end: usize, number: i32, fields: i32): void {
  let count = 0;
  let at = end;
  let to = end;
  while (p < end) {
    while (p < end && isSpace(load<u8>(p))) p++;
    if (p == end) break;
    const from = p;
    while (p < end && !isSpace(load<u8>(p))) p++;
    if (++count == number) {
      at = from;
      to = p;
      if (fields == 0) break;
    }
  }
  if (fields != 0 && count != fields) return;
  partAt = at;
  partEnd = to;
}

/** Selects column `number`; a column that begins with a quote ends after the next quote that is not doubled. */
function takeColumn(p: usize, end: usize, separator: u8, number: i32, fields: i32): void {
  let at = end;
  let to = end;
  for (let count = 1; ; count++) {
    const from = p;
    if (p < end && load<u8>(p) == QUOTE) {
      do {
        p = min(seek(p + 1, end, QUOTE, QUOTE) + 1, end);
      } while (p < end && load<u8>(p) == QUOTE);
    }
    p = seek(p, end, separator, separator);
    if (count == number) {
      at = from;
      to = p;
      if (fields == 0) break;
    }
    if (p == end) {
      if (fields != 0 && count != fields) return;
      break;
    }
    p++;
  }
  partAt = at;
  partEnd = to;
}

/** Whether `c` may be part of the name of a key. */
function isName(c: u8): bool {
  return <u8>((c | 0x20) - 0x61) < 26 || <u8>(c - 0x30) < 10 || c == 0x5f || c == 0x2d || c == 0x2e;
}

/** Selects the text after the first `key=`, up to white space. */
function takeValue(p: usize, end: usize, key: usize, keySize: usize): void {
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

function skipSpace(p: usize, end: usize): usize {
  while (p < end && isSpace(load<u8>(p))) p++;
  return p;
}

/** The address of the quote that ends the string whose first byte is at `p`; `end` if it is incomplete. */
function endOfString(p: usize, end: usize): usize {
  p = seek(p, end, QUOTE, BACKSLASH);
  while (p < end && load<u8>(p) == BACKSLASH) p = seek(p + 2, end, QUOTE, BACKSLASH);
  return min(p, end);
}

/** Skips a JSON value. Accepts anything with balanced brackets. */
function skipValue(p: usize, end: usize): usize {
  for (let depth = 0; p < end; ) {
    const c = load<u8>(p);
    if (c == QUOTE) {
      p = endOfString(p + 1, end) + 1;
      if (depth == 0) return p;
      continue;
    }
    // `[` and `{` are 0x5b and 0x7b, `]` and `}` two more.
    const bracket = c & 0xdf;
    if (bracket == 0x5b) depth++;
    else if (bracket == 0x5d) {
      if (depth == 0) return p;
      if (--depth == 0) return p + 1;
    } else if (c == 0x2c && depth == 0) return p;
    p++;
  }
  return end;
}

/**
 * Selects the string at a path of keys, separated by dots, in the object whose first member begins at `p`. A key itself may
 * contain dots. Returns where the object ends, or `end` if the search is over.
 */
function findPath(p: usize, end: usize, path: usize, pathEnd: usize): usize {
  const size = pathEnd - path;
  for (;;) {
    p = skipSpace(p, end);
    if (p >= end) return end;
    if (load<u8>(p) != QUOTE) return load<u8>(p) == 0x7d ? p + 1 : end;
    const key = p + 1;
    const keyEnd = endOfString(key, end);
    const keySize = keyEnd - key;
    p = skipSpace(keyEnd + 1, end);
    if (p >= end || load<u8>(p) != 0x3a) return end;
    p = skipSpace(p + 1, end);
    if (p >= end) return end;
    const c = load<u8>(p);
    const begins = keySize <= size && memory.compare(key, path, keySize) == 0;
    if (begins && keySize == size) {
      if (c == QUOTE) {
        partAt = p + 1;
        partEnd = endOfString(p + 1, end);
      }
      return end;
    }
    if (begins && c == 0x7b && load<u8>(path + keySize) == DOT) {
      p = findPath(p + 1, end, path + keySize + 1, pathEnd);
    } else {
      p = skipValue(p, end);
    }
    p = skipSpace(p, end);
    if (p < end && load<u8>(p) == 0x2c) p++;
  }
  return end;
}
