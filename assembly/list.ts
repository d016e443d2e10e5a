/**
 * A plain list, one prefix a line, to records. An address alone is the prefix of all its bits. White space around it does
 * not count, nor does what follows a `#`; a line with nothing else is passed over.
 */
import { seek } from "./find";
import { WANT_ADDRESS, WANT_PREFIX, readRecord } from "./parse";
import { readQuad } from "./quad";
import { OK, RECORD, V4, V6, maskHi } from "./record";

function isSpace(c: u8): bool {
  return c == 0x20 || c == 0x09 || c == 0x0d;
}

/**
 * Reads the line that most lines are, `a.b.c.d/n` or `a.b.c.d` and a line's end, into the record at `out`. Returns where
 * its newline is, or 0 for a line that is anything else, and for an unaligned prefix: what is the matter is not said here.
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

// The list that is being read: where its next record goes, how many lines have been passed, how many entries are read,
// how many of them are no prefix, or one with a note, and how many are IPv6.
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

/** Begins a list whose records go to `records`, one behind the other. */
export function beginList(records: usize): void {
  next = records;
  line = 0;
  entries = 0;
  flawed = 0;
  ipv6 = 0;
}

/** Reads the line in [p, stop) to `next`; false if it has no entry. */
function readLine(p: usize, stop: usize): bool {
  let last = seek(p, stop, 0x23, 0x23);
  while (p < last && isSpace(load<u8>(p))) p++;
  while (p < last && isSpace(load<u8>(last - 1))) last--;
  if (p == last) return false;
  const want = seek(p, last, 0x2f, 0x2f) == last ? WANT_ADDRESS : WANT_PREFIX;
  // A note is as bad as a problem: no rule can be made of such a prefix.
  if (readRecord(p, last, want, next) != OK || load<u8>(next, 19) != 0) flawed++;
  if (load<u8>(next, 16) == V6) ipv6++;
  return true;
}

/**
 * Reads the next piece of a list, `length` bytes at `text`: a record for each entry, with room for one for every two
 * bytes. `at` of each record becomes the number of its line, from 1. A line that the piece cuts off is left for the next
 * one, unless this is the last. Returns how many bytes were read. 20 bytes behind the piece must be there to be loaded.
 */
export function readList(text: usize, length: usize, isLast: bool): usize {
  const end = text + length;
  let p = text;
  while (p < end) {
    let newline = readPlainIPv4(p, next);
    // What stands behind the piece may look like the rest of a line.
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
