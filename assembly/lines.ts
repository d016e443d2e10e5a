/**
 * A plain list, one prefix a line, to records. White space around a prefix does not count, nor does what follows a `#`;
 * a line with nothing else is passed over.
 */
import { OK, RECORD, V4, maskHi } from "./record";
import { WANT_PREFIX, readRecord } from "./parse";

/** How many newlines the `length` bytes at `text` have, 16 bytes at a time. */
export function countNewlines(text: usize, length: usize): i32 {
  const newline = i8x16.splat(0x0a);
  const end = text + length;
  let n = 0;
  let p = text;
  for (; p + 16 <= end; p += 16) n += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), newline)));
  for (; p < end; p++) n += load<u8>(p) == 0x0a ? 1 : 0;
  return n;
}

function isSpace(c: u8): bool {
  return c == 0x20 || c == 0x09 || c == 0x0d;
}

/** More than any octet and any length: what `decimal` answers for what is no number. */
const NO_NUMBER: u32 = 1000;

/** The number of one to three digits in [start, end), of which the first is no leading zero; reads four bytes. */
function decimal(start: usize, end: usize): u32 {
  const length = <u32>(end - start);
  // Three bytes | hundreds | tens | ones |, zeros where there are fewer digits.
  const digits = ((load<u32>(start) ^ 0x303030) << ((3 - length) << 3)) & 0xffffff;
  // A byte of 10 or more has, or gets by 0x76, its top bit.
  const noDigits = ((digits + 0x767676) | digits) & 0x808080;
  const padded = (length > 1 ? 1 : 0) & (load<u8>(start) == 0x30 ? 1 : 0);
  const value = (digits & 255) * 100 + ((digits >> 8) & 255) * 10 + (digits >> 16);
  return (length - 1 > 2 ? 1 : 0) | noDigits | padded ? NO_NUMBER : value;
}

/** Bytes that `readPlainIPv4` may look at. */
const LOOK: usize = 32;

/**
 * Reads the line that most lines are, `a.b.c.d/n` and a line's end, into the record at `out`. Answers where the next line
 * begins, or 0 for a line that is anything else, and for an unaligned prefix: what is the matter is not said here.
 *
 * The lengths of numbers are as good as random, and each branch on one would be predicted wrong half of the time: the
 * five marks behind them are found at once, as the bytes below '0', and all is computed before anything is asked.
 */
function readPlainIPv4(p: usize, out: usize): usize {
  const zero = i8x16.splat(0x30);
  let marks =
    <u32>i8x16.bitmask(i8x16.lt_u(v128.load(p), zero)) |
    (<u32>i8x16.bitmask(i8x16.lt_u(v128.load(p, 16), zero)) << 16);
  const first = p + <usize>ctz(marks);
  marks &= marks - 1;
  const second = p + <usize>ctz(marks);
  marks &= marks - 1;
  const third = p + <usize>ctz(marks);
  marks &= marks - 1;
  const slash = p + <usize>ctz(marks);
  marks &= marks - 1;
  const behind = p + <usize>ctz(marks);
  if (marks == 0) return 0;
  const newline = load<u8>(behind) == 0x0d ? behind + 1 : behind;
  const strange =
    (load<u8>(first) ^ 0x2e) | (load<u8>(second) ^ 0x2e) | (load<u8>(third) ^ 0x2e) |
    (load<u8>(slash) ^ 0x2f) | (load<u8>(newline) ^ 0x0a);
  const a = decimal(p, first);
  const b = decimal(first + 1, second);
  const c = decimal(second + 1, third);
  const d = decimal(third + 1, slash);
  const bits = decimal(slash + 1, behind);
  const hi = (<u64>((a << 24) | (b << 16) | (c << 8) | d)) << 32;
  if (strange != 0 || (a | b | c | d) > 255 || bits > 32 || (hi & ~maskHi(bits)) != 0) return 0;
  store<u64>(out, hi);
  store<u64>(out, 0, 8);
  store<u64>(out, V4 | (bits << 8), 16);
  return newline + 1;
}

// The list that is being read: where its next record goes, how many lines have been passed, how many entries are read,
// and how many of them are no prefix, or one with a note.
let next: usize = 0;
let line: u32 = 0;
let entries: i32 = 0;
let flawed: i32 = 0;

export function entryCount(): i32 {
  return entries;
}

export function flawedCount(): i32 {
  return flawed;
}

/** Begins a list whose records go to `records`, with room for one more than its text has newlines. */
export function beginList(records: usize): void {
  next = records;
  line = 0;
  entries = 0;
  flawed = 0;
}

/** Reads the line in [p, stop) to `next`; false where it has no entry. */
function readLine(p: usize, stop: usize): bool {
  let last = p;
  while (last < stop && load<u8>(last) != 0x23) last++;
  while (p < last && isSpace(load<u8>(p))) p++;
  while (p < last && isSpace(load<u8>(last - 1))) last--;
  if (p == last) return false;
  // A note is as bad as a problem: no rule can be made of such a prefix.
  if (readRecord(p, last, WANT_PREFIX, next) != OK || load<u8>(next, 19) != 0) flawed++;
  return true;
}

/**
 * Reads the lines that begin in [p, until) of a text that ends at `end`, and answers where the next one begins. `at` of
 * each record becomes the number of its line, from 1.
 *
 * A text is read in slices: code that the engine makes faster while a call runs serves the next call only.
 */
export function readLines(p: usize, until: usize, end: usize): usize {
  while (p < until) {
    line++;
    const plain = end - p >= LOOK ? readPlainIPv4(p, next) : 0;
    let isEntry = plain != 0;
    if (isEntry) {
      p = plain;
    } else {
      let stop = p;
      while (stop < end && load<u8>(stop) != 0x0a) stop++;
      isEntry = readLine(p, stop);
      p = stop + 1;
    }
    if (!isEntry) continue;
    store<u32>(next, line, 20);
    next += RECORD;
    entries++;
  }
  return p;
}
