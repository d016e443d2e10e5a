/**
 * Finds one chain in the text that iptables-save or `iptables -S` prints.
 *
 * Only table nat counts; `-S` prints one table without naming it, so a text without a `*table` line is read as nat.
 * A finding is 32 bytes:
 *
 *   0          4        8            12  16            24
 *   | kind u32 | at u32 | length u32 | - | packets u64 | bytes u64 |
 *
 * `at` and `length` are the bytes of the dump that matter for its kind, the counters are those of `iptables-save -c` (0 without -c).
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

// The scan under way: what it looks for, in which table it is, and where the dump would begin if all of it were in memory.
let name: usize = 0;
let nameLength: usize = 0;
let word: usize = 0;
let inNat: bool = true;
let origin: usize = 0;

// What it has found so far.
let findings: usize = 0;
let found: i32 = 0;
let allRules: i32 = 0;
let natSeen: i32 = 0;
let complete: i32 = 0;

/** How many findings the last scan made. */
export function scanFound(): i32 {
  return found;
}

/** Where they begin, in the order of the dump. */
export function scanFindings(): usize {
  return findings;
}

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

/** The tops of 32 bytes, a bit for each. */
@inline
function bits(low: v128, high: v128): u32 {
  return <u32>i8x16.bitmask(low) | (<u32>i8x16.bitmask(high) << 16);
}

/**
 * The end of the line that begins at `start`: its newline, or `end`. A newline inside quotes is part of a comment, and
 * ends nothing. Reads 32 bytes at a time; a line with a backslash, which may escape a quote, is read again byte by byte.
 */
function lineEnd(start: usize, end: usize): usize {
  const newline = i8x16.splat(0x0a);
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  // Each of 16 bytes says whether an odd number of quotes stood in its place so far: enough for the parity of them all.
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

/** Is [p, p + length) the word at `p`, ended by a space or by `end`? */
@inline
function isWord(p: usize, end: usize, word: usize, length: usize): bool {
  const stop = p + length;
  // Most lines differ in the first byte: that is cheaper than a call.
  if (stop > end || load<u8>(p) != load<u8>(word)) return false;
  return same(p, word, length) && (stop == end || load<u8>(stop) == 0x20);
}

function report(kind: u32, at: usize, end: usize, packets: u64, bytes: u64): bool {
  // Findings lie one behind the other: nothing else takes memory while a scan runs.
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
 * Begins a scan for the chain whose name has `length` bytes at `at`; `postrouting` are the bytes `POSTROUTING`. Until it
 * ends nothing else may take memory.
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
 * Scans the next piece of the dump: `length` bytes at `text`, `offset` bytes into it. A line that the piece cuts off is
 * left for the next one, unless this is the last. Returns how many bytes were scanned, or -1 if findings do not fit.
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
