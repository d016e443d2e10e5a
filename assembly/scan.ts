/**
 * Finds one chain in the text that iptables-save or `iptables -S` prints.
 *
 * Only table nat counts; `-S` prints one table without naming it, so a text without a `*table` line is read as nat.
 * A finding is 32 bytes:
 *
 *   0          4        8            12  16            24
 *   | kind u32 | at u32 | length u32 | - | packets u64 | bytes u64 |
 *
 * `at` and `length` are the bytes of the text that matter for its kind, the counters are those of `iptables-save -c` (0 without -c).
 *
 * iptables-save prints the target last, and a jump to a user's chain takes no options, so a jump to chain X is a rule
 * that ends in ` -j X` or ` -g X` (iptables/xshared.c, save_rule; iptables/nft-shared.c, nft_ipt_save).
 */
import { alloc } from "./memory";

export const FINDING: usize = 32;

const CHAIN: u32 = 1; // the chain exists: the whole line
const RULE: u32 = 2; // a rule of the chain: what follows `-A CHAIN `
const JUMP: u32 = 3; // a rule of POSTROUTING that leads to the chain: what follows `-A POSTROUTING `
const REFERENCE: u32 = 4; // a rule of any other chain that leads to it: the whole line without counters
const UNREADABLE: u32 = 5; // a line that neither tool prints

// Totals of the last scan.
let allRules: i32 = 0;
let natSeen: i32 = 0;
let complete: i32 = 0;

/** Did the last scan see `*nat`, or `-P POSTROUTING` as `-S POSTROUTING` begins with? */
export function scannedNat(): i32 {
  return natSeen;
}

/** Rules of all tables that the last scan passed. */
export function scannedRules(): i32 {
  return allRules;
}

/** Tables whose COMMIT the last scan saw, minus tables whose `*` line it saw: 0 for a whole dump. */
export function scannedBalance(): i32 {
  return complete;
}

/**
 * The end of the line that begins at `start`: its newline, or `end`. A newline inside quotes is part of a comment, and
 * ends nothing. Reads 16 bytes at a time; a line with a backslash, which may escape a quote, is read again byte by byte.
 */
function lineEnd(start: usize, end: usize): usize {
  const newline = i8x16.splat(0x0a);
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  let quotes = 0;
  let p = start;
  while (p + 16 <= end) {
    const bytes = v128.load(p);
    if (v128.any_true(i8x16.eq(bytes, backslash))) return lineEndSlow(start, end);
    let newlines = i8x16.bitmask(i8x16.eq(bytes, newline));
    const marks = i8x16.bitmask(i8x16.eq(bytes, quote));
    while (newlines != 0) {
      const at = ctz(newlines);
      if (((quotes + popcnt(marks & ((1 << at) - 1))) & 1) == 0) return p + at;
      newlines &= newlines - 1;
    }
    quotes += popcnt(marks);
    p += 16;
  }
  return lineEndSlow(start, end);
}

function lineEndSlow(start: usize, end: usize): usize {
  let quoted = false;
  for (let p = start; p < end; p++) {
    const c = load<u8>(p);
    if (c == 0x22) quoted = !quoted;
    else if (c == 0x5c && quoted) p++;
    else if (c == 0x0a && !quoted) return p;
  }
  return end;
}

function same(a: usize, b: usize, length: usize): bool {
  return memory.compare(a, b, length) == 0;
}

/** Is [p, p + length) the word at `p`, ended by a space or by `end`? */
function isWord(p: usize, end: usize, word: usize, length: usize): bool {
  const stop = p + length;
  return stop <= end && same(p, word, length) && (stop == end || load<u8>(stop) == 0x20);
}

let found: i32 = 0;

function report(kind: u32, text: usize, at: usize, end: usize, packets: u64, bytes: u64): bool {
  // Findings lie one behind the other: nothing else takes memory while a scan runs.
  const out = alloc(FINDING);
  if (out == 0) return false;
  store<u32>(out, kind);
  store<u32>(out, <u32>(at - text), 4);
  store<u32>(out, <u32>(end - at), 8);
  store<u64>(out, packets, 16);
  store<u64>(out, bytes, 24);
  found++;
  return true;
}

/**
 * Scans `length` bytes at `text` for the chain whose name has `nameLength` bytes at `name`. `word` are the bytes
 * `POSTROUTING`. Returns how many findings follow at `scanFindings()`, in the order of the text, or -1 where they do not fit.
 */
export function scan(text: usize, length: usize, name: usize, nameLength: usize, word: usize): i32 {
  const end = text + length;
  found = 0;
  natSeen = 0;
  allRules = 0;
  complete = 0;
  findings = alloc(0);
  let inNat = true;
  let p = text;
  while (p < end) {
    const start = p;
    let stop = lineEnd(p, end);
    p = stop + 1;
    if (stop > start && load<u8>(stop - 1) == 0x0d) stop--;
    if (stop == start) continue;
    let at = start;
    let c = load<u8>(at);
    let packets: u64 = 0;
    let bytes: u64 = 0;
    if (c == 0x5b) {
      // "[packets:bytes] "
      at++;
      while (at < stop && <u8>(load<u8>(at) - 0x30) < 10) packets = packets * 10 + (load<u8>(at++) - 0x30);
      if (at < stop && load<u8>(at) == 0x3a) at++;
      while (at < stop && <u8>(load<u8>(at) - 0x30) < 10) bytes = bytes * 10 + (load<u8>(at++) - 0x30);
      if (at + 2 <= stop && load<u8>(at) == 0x5d) at += 2;
      c = at < stop ? load<u8>(at) : 0;
    }
    if (c == 0x2d && at + 3 < stop && load<u8>(at + 2) == 0x20) {
      const verb = load<u8>(at + 1);
      if (verb == 0x41) {
        allRules++;
        if (!inNat) continue;
        const spec = at + 3;
        if (isWord(spec, stop, name, nameLength)) {
          const rule = min(spec + nameLength + 1, stop);
          if (!report(RULE, text, rule, stop, packets, bytes)) return -1;
          continue;
        }
        const isPostrouting = isWord(spec, stop, word, 11);
        const target = stop - nameLength;
        if (
          target > spec + 4 &&
          load<u8>(target - 1) == 0x20 &&
          (load<u8>(target - 2) == 0x6a || load<u8>(target - 2) == 0x67) &&
          load<u8>(target - 3) == 0x2d &&
          load<u8>(target - 4) == 0x20 &&
          same(target, name, nameLength)
        ) {
          const reported = isPostrouting
            ? report(JUMP, text, min(spec + 12, stop), stop, packets, bytes)
            : report(REFERENCE, text, at, stop, packets, bytes);
          if (!reported) return -1;
        }
        continue;
      }
      if (verb == 0x4e) {
        if (inNat && isWord(at + 3, stop, name, nameLength) && !report(CHAIN, text, at, stop, 0, 0)) return -1;
        continue;
      }
      if (verb == 0x50) {
        if (isWord(at + 3, stop, word, 11)) natSeen = 1;
        continue;
      }
    } else if (c == 0x3a) {
      if (inNat && isWord(at + 1, stop, name, nameLength) && !report(CHAIN, text, at, stop, 0, 0)) return -1;
      continue;
    } else if (c == 0x2a) {
      inNat = stop - at == 4 && load<u8>(at + 1) == 0x6e && load<u8>(at + 2) == 0x61 && load<u8>(at + 3) == 0x74;
      if (inNat) natSeen = 1;
      complete--;
      continue;
    } else if (c == 0x23) {
      continue;
    } else if (c == 0x43 && stop - at == 6 && load<u8>(at + 1) == 0x4f && load<u8>(at + 5) == 0x54) {
      complete++;
      continue;
    }
    if (!report(UNREADABLE, text, start, stop, 0, 0)) return -1;
  }
  return found;
}

let findings: usize = 0;

/** Where the findings of the last scan begin. */
export function scanFindings(): usize {
  return findings;
}
