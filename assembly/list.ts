/**
 * Reads a plain list, one prefix per line, to records. An address alone is a prefix of all its bits. Ignores white space around
 * it, comments, which begin with `#`, and empty lines.
 */
import { seek } from "./find";
import { WANT_ADDRESS, WANT_PREFIX, readRecord } from "./parse";
import { readQuad } from "./quad";
import { OK, RECORD, V4, V6, maskHi } from "./record";

function isSpace(c: u8): bool {
  return c == 0x20 || c == 0x09 || c == 0x0d;
}

/**
 * Reads the most common form of line, `a.b.c.d/n` or `a.b.c.d` and a line end, into the record at `out`. Returns the address of
 * its newline, or 0 for any other line and for an unaligned prefix; another function finds out what is wrong with it.
 */
@inline
function readPlainIPv4(p: usize, out: usize): usize {
  const size = readQuad(p, 16, out);
  if (size == 0) return 0;
  p += size;
  let bits: u32 = 32;
  if (load<u8>(p) == 0x2f) {
    bits = <u32>load<u8>(p, 1) - 0x30;
    if (bits > 9) return 0;
    p += 2;
    const ones = <u32>load<u8>(p) - 0x30;
    if (ones < 10) {
      if (bits == 0) return 0;
      bits = bits * 10 + ones;
      p++;
    }
  }
  if (load<u8>(p) == 0x0d) p++;
  if (load<u8>(p) != 0x0a || bits > 32 || (load<u64>(out) & ~maskHi(bits)) != 0) return 0;
  store<u64>(out, V4 | (bits << 8), 16);
  return p;
}

// The list that is being read: the address of the next record, the number of lines so far, the number of entries, the number
// of those that are not a prefix or have a note, and the number of IPv6 prefixes.
let next: usize = 0;
let line: u32 = 0;
let entries: i32 = 0;
let flawed: i32 = 0;
let ipv6: i32 = 0;

export function entryCount(): i32 {
  return entries;
}

export function flawedCount(): i32 {
  return flawed;
}

export function ipv6Count(): i32 {
  return ipv6;
}

/** Begins a list whose records are written consecutively to `records`. */
export function beginList(records: usize): void {
  next = records;
  line = 0;
  entries = 0;
  flawed = 0;
  ipv6 = 0;
}

/** Reads the line in [p, stop) to `next`; returns false if it has no entry. */
function readLine(p: usize, stop: usize): bool {
  let last = seek(p, stop, 0x23, 0x23);
  while (p < last && isSpace(load<u8>(p))) p++;
  while (p < last && isSpace(load<u8>(last - 1))) last--;
  if (p == last) return false;
  const want = seek(p, last, 0x2f, 0x2f) == last ? WANT_ADDRESS : WANT_PREFIX;
  // A note is as bad as a problem: a rule cannot have such a prefix.
  if (readRecord(p, last, want, next) != OK || load<u8>(next, 19) != 0) flawed++;
  if (load<u8>(next, 16) == V6) ipv6++;
  return true;
}

/**
 * Reads the next piece of a list, `length` bytes at `text`, and writes a record for each entry; needs room for a record per two
 * bytes. The `at` of each record is its line number, from 1. An incomplete line at the end is left for the next piece, unless
 * this is the last. Returns the number of bytes read. The 20 bytes after the piece must be readable.
 */
export function readList(text: usize, length: usize, isLast: bool): usize {
  const end = text + length;
  let p = text;
  while (p < end) {
    let newline = readPlainIPv4(p, next);
    // The bytes after the piece may look like the rest of a line.
    let isEntry = newline != 0 && newline < end;
    if (!isEntry) {
      newline = seek(p, end, 0x0a, 0x0a);
      if (newline == end && !isLast) break;
      isEntry = readLine(p, newline);
    }
    p = min(newline + 1, end);
    line++;
    if (!isEntry) continue;
    store<u32>(next, line, 20);
    next += RECORD;
    entries++;
  }
  return p - text;
}
