/**
 * Finds the first address in a piece of text.
 *
 * An address is a whole word of letters, digits, `.`, `:` and `%`, so that neither the time `12:30:45` nor the version
 * `1.2.3.4.5` is one. What else the word may contain:
 *
 *   10.0.0.1:443   10.0.0.1:   addr:10.0.0.1   an IPv4 address may be any part between colons
 *   10.0.0.1.      fe80::1:                    the end of a sentence, or what tcpdump writes after an address
 *   fe80::1%eth0                               a zone, which does not matter for the destination
 */
import { WANT_ADDRESS, readRecord } from "./parse";
import { readQuad } from "./quad";
import { OK } from "./record";

// The text of the last address found.
export let foundAt: usize = 0;
export let foundSize: usize = 0;

/** Letters, digits, and the punctuation inside of an address. */
@inline
function isWord(c: u8): bool {
  // The colon follows the 9.
  return <u8>(c - 0x30) < 11 || <u8>((c | 0x20) - 0x61) < 26 || c == 0x2e || c == 0x25;
}

/** The first position in [p, end) of one of two bytes, or `end`. Loads up to 15 bytes past the end. */
@inline
export function seek(p: usize, end: usize, a: u8, b: u8): usize {
  const as = i8x16.splat(a);
  const bs = i8x16.splat(b);
  for (; p < end; p += 16) {
    const bytes = v128.load(p);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, as), i8x16.eq(bytes, bs)));
    if (found != 0) return min(p + ctz(found), end);
  }
  return end;
}

/** Reads the IPv4 address that fills [p, end) exactly. */
function isIPv4(p: usize, end: usize, out: usize): bool {
  if (p == end || readQuad(p, <u32>min(end - p, 16), out) != end - p) return false;
  foundAt = p;
  foundSize = end - p;
  return true;
}

/** Reads the IPv6 address, with or without a zone, that fills [p, end) exactly; a mapped one becomes IPv4. */
function isIPv6(p: usize, end: usize, out: usize): bool {
  const zone = seek(p, end, 0x25, 0x25);
  const isColon = seek(p, zone, 0x3a, 0x3a) < zone;
  if (!isColon || zone + 1 == end || readRecord(p, zone, WANT_ADDRESS, out) != OK) return false;
  foundAt = p;
  foundSize = zone - p;
  return true;
}

/** Reads the address in the word [p, end). */
function readWord(p: usize, end: usize, out: usize): bool {
  while (end > p && load<u8>(end - 1) == 0x2e) end--;
  let colon = seek(p, end, 0x3a, 0x3a);
  if (colon == end) return isIPv4(p, end, out);
  if (isIPv6(p, end, out)) return true;
  if (load<u8>(end - 1) == 0x3a && isIPv6(p, end - 1, out)) return true;
  while (!isIPv4(p, colon, out)) {
    if (colon == end) return false;
    p = colon + 1;
    colon = seek(p, end, 0x3a, 0x3a);
  }
  return true;
}

/**
 * Finds the first address in [p, end); writes its record to `out`, and sets `foundAt` and `foundSize` to its text. If there is
 * none, the record's family is 0. The 16 bytes after `end` must be readable.
 */
export function findAddress(p: usize, end: usize, out: usize): bool {
  while (p < end) {
    // Every address has one of these.
    const mark = seek(p, end, 0x2e, 0x3a);
    if (mark == end) break;
    let from = mark;
    while (from > p && isWord(load<u8>(from - 1))) from--;
    let to = mark + 1;
    while (to < end && isWord(load<u8>(to))) to++;
    if (readWord(from, to, out)) return true;
    p = to;
  }
  store<u8>(out, 0, 16);
  return false;
}
