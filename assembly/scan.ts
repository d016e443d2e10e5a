/**
 * Finds one chain in the output of iptables-save or `iptables -S`.
 *
 * Only table nat is scanned. `-S` prints one table without its name, so text without a `*table` line counts as nat.
 * A finding is 32 bytes:
 *
 *   0          4        8            12  16            24
 *   | kind u32 | at u32 | length u32 | - | packets u64 | bytes u64 |
 *
 * `at` and `length` are the bytes of the dump that matter for its kind; the counters are those of `iptables-save -c` (0
 * without -c).
 *
 * iptables-save prints the target last, and a jump to a user's chain has no options, so a jump to chain X is a rule
 * that ends in ` -j X` or ` -g X` (iptables/xshared.c, save_rule; iptables/nft-shared.c, nft_ipt_save).
 */
import { alloc } from "./memory";

export const FINDING: usize = 32;

const CHAIN: u32 = 1; // the chain exists: the whole line
const RULE: u32 = 2; // a rule of the chain: the text after `-A CHAIN `
const JUMP: u32 = 3; // a rule of POSTROUTING that jumps to the chain: the text after `-A POSTROUTING `
const REFERENCE: u32 = 4; // a rule of any other chain that jumps to it: the whole line without counters
const UNREADABLE: u32 = 5; // a line that neither tool prints

// The current scan: the names to find, whether it is in table nat, and where the dump would begin if all of it were in memory.
let name: usize = 0;
let nameLength: usize = 0;
let word: usize = 0;
let inNat: bool = true;
let origin: usize = 0;

// The results so far.
let findings: usize = 0;
let found: i32 = 0;
let allRules: i32 = 0;
let natSeen: i32 = 0;
let complete: i32 = 0;

/** The number of findings of the last scan. */
export function scanFound(): i32 {
  return found;
}

/** The address of the findings, which are in the order of the dump. */
export function scanFindings(): usize {
  return findings;
}

/** Whether the last scan saw `*nat`, or `-P POSTROUTING`, with which `-S POSTROUTING` begins. */
export function scannedNat(): i32 {
  return natSeen;
}

/** The number of rules in all tables of the last scan. */
export function scannedRules(): i32 {
  return allRules;
}

/** The number of COMMIT lines in the last scan, minus that of `*` lines: 0 for a complete dump. */
export function scannedBalance(): i32 {
  return complete;
}

/** The top bits of 32 bytes. */
@inline
function bits(low: v128, high: v128): u32 {
  return <u32>i8x16.bitmask(low) | (<u32>i8x16.bitmask(high) << 16);
}

/**
 * The end of the line that begins at `start`: its newline, or `end`. A newline inside quotes is part of a comment and does not
 * end the line. Reads 32 bytes at a time; a line with a backslash, which may escape a quote, is read again byte by byte.
 */
function lineEnd(start: usize, end: usize): usize {
  const newline = i8x16.splat(0x0a);
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  // Each of 16 bytes says whether an odd number of quotes has been at its position so far: enough for the parity of all quotes.
  let odd = i8x16.splat(0);
  let escapes = i8x16.splat(0);
  for (let p = start; p + 32 <= end; p += 32) {
    const low = v128.load(p);
    const high = v128.load(p, 16);
    const lowEnds = i8x16.eq(low, newline);
    const highEnds = i8x16.eq(high, newline);
    const lowQuotes = i8x16.eq(low, quote);
    const highQuotes = i8x16.eq(high, quote);
    escapes = v128.or(escapes, v128.or(i8x16.eq(low, backslash), i8x16.eq(high, backslash)));
    if (v128.any_true(v128.or(lowEnds, highEnds))) {
      if (v128.any_true(escapes)) break;
      const quotes = bits(lowQuotes, highQuotes);
      const before = popcnt(i8x16.bitmask(odd));
      for (let ends = bits(lowEnds, highEnds); ends != 0; ends &= ends - 1) {
        const at = ctz(ends);
        if (((before + popcnt(quotes & ((1 << at) - 1))) & 1) == 0) return p + <usize>at;
      }
    }
    odd = v128.xor(odd, v128.xor(lowQuotes, highQuotes));
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

/** Whether the word at `p`, which ends with a space or at `end`, is equal to `length` given bytes. */
@inline
function isWord(p: usize, end: usize, word: usize, length: usize): bool {
  const stop = p + length;
  // Most lines differ in the first byte: that is cheaper than a call.
  if (stop > end || load<u8>(p) != load<u8>(word)) return false;
  return same(p, word, length) && (stop == end || load<u8>(stop) == 0x20);
}

function report(kind: u32, at: usize, end: usize, packets: u64, bytes: u64): bool {
  // Findings are consecutive, because nothing else allocates memory during a scan.
  const out = alloc(FINDING);
  if (out == 0) return false;
  store<u32>(out, kind);
  store<u32>(out, <u32>(at - origin), 4);
  store<u32>(out, <u32>(end - at), 8);
  store<u64>(out, packets, 16);
  store<u64>(out, bytes, 24);
  found++;
  return true;
}

/**
 * Begins a scan for the chain whose name is the `length` bytes at `at`; `postrouting` is the address of the bytes `POSTROUTING`.
 * Nothing else may allocate memory until the scan ends.
 */
export function beginScan(at: usize, length: usize, postrouting: usize): void {
  name = at;
  nameLength = length;
  word = postrouting;
  inNat = true;
  findings = alloc(0);
  found = 0;
  natSeen = 0;
  allRules = 0;
  complete = 0;
}

/**
 * Scans the next piece of the dump: `length` bytes at `text`, at `offset` in the dump. An incomplete line at the end is left for
 * the next piece, unless this is the last. Returns the number of bytes scanned, or -1 if the findings do not fit.
 */
export function scan(text: usize, length: usize, offset: usize, isLast: bool): i32 {
  const end = text + length;
  origin = text - offset;
  let p = text;
  while (p < end) {
    const start = p;
    let stop = lineEnd(p, end);
    if (stop == end && !isLast) break;
    p = stop + 1;
    if (stop > start && load<u8>(stop - 1) == 0x0d) stop--;
    if (stop == start) continue;
    let at = start;
    let c = load<u8>(at);
    let packets: u64 = 0;
    let bytes: u64 = 0;
    if (c == 0x5b) {
      // "[packets:bytes] "
      const first = ++at;
      while (at < stop && <u8>(load<u8>(at) - 0x30) < 10) packets = packets * 10 + (load<u8>(at++) - 0x30);
      const colon = at++;
      while (at < stop && <u8>(load<u8>(at) - 0x30) < 10) bytes = bytes * 10 + (load<u8>(at++) - 0x30);
      if (
        colon > first && at > colon + 1 && at + 2 < stop &&
        load<u8>(colon) == 0x3a && load<u8>(at) == 0x5d && load<u8>(at, 1) == 0x20
      ) {
        at += 2;
        c = load<u8>(at);
      }
    }
    if (c == 0x2d && at + 3 < stop && load<u8>(at + 2) == 0x20) {
      const verb = load<u8>(at + 1);
      if (verb == 0x41) {
        allRules++;
        if (!inNat) continue;
        const spec = at + 3;
        if (isWord(spec, stop, name, nameLength)) {
          const rule = min(spec + nameLength + 1, stop);
          if (!report(RULE, rule, stop, packets, bytes)) return -1;
          continue;
        }
        const target = stop - nameLength;
        if (
          target > spec + 4 &&
          load<u8>(target - 1) == 0x20 &&
          (load<u8>(target - 2) == 0x6a || load<u8>(target - 2) == 0x67) &&
          load<u8>(target - 3) == 0x2d &&
          load<u8>(target - 4) == 0x20 &&
          same(target, name, nameLength)
        ) {
          const reported = isWord(spec, stop, word, 11)
            ? report(JUMP, min(spec + 12, stop), stop, packets, bytes)
            : report(REFERENCE, at, stop, packets, bytes);
          if (!reported) return -1;
        }
        continue;
      }
      if (verb == 0x4e) {
        if (inNat && isWord(at + 3, stop, name, nameLength) && !report(CHAIN, at, stop, 0, 0)) return -1;
        continue;
      }
      if (verb == 0x50) {
        if (isWord(at + 3, stop, word, 11)) natSeen = 1;
        continue;
      }
    } else if (c == 0x3a) {
      if (inNat && isWord(at + 1, stop, name, nameLength) && !report(CHAIN, at, stop, 0, 0)) return -1;
      continue;
    } else if (c == 0x2a) {
      inNat = stop - at == 4 && load<u8>(at + 1) == 0x6e && load<u8>(at + 2) == 0x61 && load<u8>(at + 3) == 0x74;
      if (inNat) natSeen = 1;
      complete--;
      continue;
    } else if (c == 0x23) {
      continue;
    } else if (c == 0x43 && stop - at == 6 && load<u32>(at) == 0x4d4d4f43 && load<u16>(at, 4) == 0x5449) {
      complete++;
      continue;
    }
    if (!report(UNREADABLE, start, stop, 0, 0)) return -1;
  }
  return <i32>(min(p, end) - text);
}
