/**
 * A plain list, one prefix a line, to records. White space around a prefix does not count, nor does what follows a `#`;
 * a line with nothing else is passed over.
 */
import { OK, RECORD, V4, maskHi } from "./record";
import { WANT_PREFIX, readRecord } from "./parse";

function isSpace(c: u8): bool {
  return c == 0x20 || c == 0x09 || c == 0x0d;
}

/** Bytes that `readPlainIPv4` may look at: 16, or behind 15 of an address `/nn`, a carriage return and a newline. */
const LOOK: usize = 21;

/**
 * Reads the line that most lines are, `a.b.c.d/n` and a line's end, into the record at `out`. Answers where the next
 * line begins, or 0 for a line that is anything else, and for an unaligned prefix: what is the matter is not said here.
 *
 * Numbers have one to three digits as good as at random, and a branch on that would be predicted wrong half of the time.
 * So the marks behind the numbers are found at once, as the bytes below '0', and each number's digits are moved to four
 * bytes of their own, right-aligned; what is wrong with any is gathered, and asked once:
 *
 *   text     1  0  .  9  .  0  .  2  5  5  /
 *   digits   -  -  1  0 | -  -  -  9 | -  -  -  0 | -  2  5  5
 */
function readPlainIPv4(p: usize, out: usize): usize {
  const text = v128.load(p);
  const marks = i8x16.bitmask(i8x16.lt_u(text, i8x16.splat(0x30)));
  const dots = i8x16.bitmask(i8x16.eq(text, i8x16.splat(0x2e)));
  const behindSecond = marks & (marks - 1) & ((marks & (marks - 1)) - 1);
  const slash = ctz(behindSecond & (behindSecond - 1));
  // Three dots, then another mark.
  if (slash > 15 || ((marks ^ dots) & ((2 << slash) - 1)) != 1 << slash || load<u8>(p + slash) != 0x2f) return 0;

  let stops = i32x4.splat(ctz(marks));
  stops = i32x4.replace_lane(stops, 1, ctz(marks & (marks - 1)));
  stops = i32x4.replace_lane(stops, 2, ctz(behindSecond));
  stops = i32x4.replace_lane(stops, 3, slash);
  // For each of a number's four bytes: the marks behind and before it, and the place its digit comes from.
  const behind = v128.shuffle<u8>(stops, stops, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
  const before = v128.shuffle<u8>(stops, i8x16.splat(-1), 16, 16, 16, 16, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8);
  const place = i8x16.sub(behind, i32x4.splat(0x01020304));
  const inside = i8x16.gt_s(place, before);
  const digits = v128.and(inside, i8x16.sub(i8x16.swizzle(text, place), i8x16.splat(0x30)));
  // 10 a + b of each two bytes, then 100 times the first plus the second.
  const pairs = i16x8.shr_u(i16x8.mul(digits, i16x8.splat(10 * 256 + 1)), 8);
  const numbers = i32x4.dot_i16x8_s(pairs, i32x4.splat((1 << 16) | 100));
  const noDigit = i8x16.gt_u(digits, i8x16.splat(9));
  // Of four bytes the first must be outside of the number, the last inside.
  const wrongLength = v128.and(v128.xor(inside, i32x4.splat(0xff000000)), i32x4.splat(0xff0000ff));
  // A zero where the number begins is wrong unless it is the last digit too.
  const begins = i8x16.eq(i8x16.sub(place, before), i8x16.splat(1));
  const padded = v128.and(v128.and(begins, i8x16.eq(digits, i8x16.splat(0))), i32x4.splat(0x00ffffff));
  const tooBig = i32x4.gt_s(numbers, i32x4.splat(255));
  if (v128.any_true(v128.or(v128.or(noDigit, wrongLength), v128.or(padded, tooBig)))) return 0;

  let bits = <u32>load<u8>(p + slash, 1) - 0x30;
  let end = p + slash + 2;
  const second = <u32>load<u8>(end) - 0x30;
  if (bits > 9) return 0;
  if (second < 10) {
    if (bits == 0) return 0;
    bits = bits * 10 + second;
    end++;
  }
  if (load<u8>(end) == 0x0d) end++;
  const address = <u32>i32x4.extract_lane(v128.shuffle<u8>(numbers, numbers, 12, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
  const hi = (<u64>address) << 32;
  if (load<u8>(end) != 0x0a || bits > 32 || (hi & ~maskHi(bits)) != 0) return 0;
  store<u64>(out, hi);
  store<u64>(out, 0, 8);
  store<u64>(out, V4 | (bits << 8), 16);
  return end + 1;
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

/** Begins a list whose records go to `records`, one behind the other. */
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
 * Reads the next piece of a list, `length` bytes at `text`: a record for each entry, with room for one for every two
 * bytes. `at` of each record becomes the number of its line, from 1. A line that the piece cuts off is left for the next
 * one, unless this is the last. Answers how many bytes were read.
 */
export function readLines(text: usize, length: usize, isLast: bool): usize {
  const end = text + length;
  let p = text;
  while (p < end) {
    const plain = end - p >= LOOK ? readPlainIPv4(p, next) : 0;
    let isEntry = plain != 0;
    if (isEntry) {
      p = plain;
    } else {
      let stop = p;
      while (stop < end && load<u8>(stop) != 0x0a) stop++;
      if (stop == end && !isLast) break;
      isEntry = readLine(p, stop);
      p = min(stop + 1, end);
    }
    line++;
    if (!isEntry) continue;
    store<u32>(next, line, 20);
    next += RECORD;
    entries++;
  }
  return p - text;
}
