/** Formats records as canonical text (RFC 5952). */
import { OK, RECORD, V4, maskHi, maskLo } from "./record";

function put(at: usize, c: u32): usize {
  store<u8>(at, <u8>c);
  return at + 1;
}

function putDecimal(at: usize, n: u32): usize {
  if (n >= 100) at = put(at, 0x30 + n / 100);
  if (n >= 10) at = put(at, 0x30 + ((n / 10) % 10));
  return put(at, 0x30 + (n % 10));
}

function putDotted(at: usize, address: u32): usize {
  at = putDecimal(at, address >> 24);
  at = put(at, 0x2e);
  at = putDecimal(at, (address >> 16) & 255);
  at = put(at, 0x2e);
  at = putDecimal(at, (address >> 8) & 255);
  at = put(at, 0x2e);
  return putDecimal(at, address & 255);
}

function putHex(at: usize, group: u32): usize {
  let started = false;
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (group >> shift) & 15;
    if (digit != 0 || started || shift == 0) {
      at = put(at, digit < 10 ? 0x30 + digit : 0x57 + digit);
      started = true;
    }
  }
  return at;
}

function groupOf(hi: u64, lo: u64, i: i32): u32 {
  return <u32>((i < 4 ? hi >> (48 - 16 * i) : lo >> (112 - 16 * i)) & 0xffff);
}

/** RFC 5952: lower case, no leading zeros, `::` for the longest run of two or more zero groups, the first of equals. */
function putIPv6(at: usize, hi: u64, lo: u64): usize {
  if (hi == 0 && lo >> 32 == 0xffff) {
    // RFC 5952, section 5: a mapped address is written mixed.
    store<u64>(at, 0x3a666666663a3a); // "::ffff:" in little-endian order
    return putDotted(at + 7, <u32>lo);
  }
  let runAt = -1;
  let runLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groupOf(hi, lo, j) == 0) j++;
    if (j - i > runLength) {
      runAt = i;
      runLength = j - i;
    }
    if (j > i) i = j;
  }
  for (let i = 0; i < 8; i++) {
    if (i == runAt) {
      at = put(at, 0x3a);
      at = put(at, 0x3a);
      i += runLength - 1;
      continue;
    }
    if (i > 0 && i != runAt + runLength) at = put(at, 0x3a);
    at = putHex(at, groupOf(hi, lo, i));
  }
  return at;
}

/** Writes the network of a valid record: host bits cleared, RFC 5952, with its length. */
function putPrefix(at: usize, record: usize): usize {
  const bits = <u32>load<u8>(record, 17);
  const hi = load<u64>(record) & maskHi(bits);
  const lo = load<u64>(record, 8) & maskLo(bits);
  at = load<u8>(record, 16) == V4 ? putDotted(at, <u32>(hi >> 32)) : putIPv6(at, hi, lo);
  return putDecimal(put(at, 0x2f), bits);
}

/**
 * Writes the networks of `count` records to `text`, and the u32 offset of the end of each to `ends`. `text` must have room for
 * 48 bytes per record: 39 of address, a slash, three digits, and some to spare. Invalid records become empty.
 */
export function formatPrefixes(records: usize, count: i32, text: usize, ends: usize): void {
  let at = text;
  for (let i = 0; i < count; i++) {
    const record = records + <usize>i * RECORD;
    if (load<u8>(record, 18) == OK) at = putPrefix(at, record);
    store<u32>(ends + (<usize>i << 2), <u32>(at - text));
  }
}

/** Writes the networks of `count` valid records to `text`, one per line, with room as above; returns the number of bytes. */
export function formatLines(records: usize, count: i32, text: usize): usize {
  let at = text;
  for (let i = 0; i < count; i++) at = put(putPrefix(at, records + <usize>i * RECORD), 0x0a);
  return at - text;
}
