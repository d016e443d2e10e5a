/**
 * Parses text to records.
 *
 * Accepts exactly what Go's net.ParseCIDR accepts (src/net/ip.go, src/net/netip/netip.go): a group of an IPv6 address may have
 * any number of leading zeros, an octet of an IPv4 address none, and there are no zones.
 */
import { OK, RECORD, V4, V6, maskHi, maskLo } from "./record";

// Why a text is not a prefix. The host has the names; keep both lists in sync (src/core/record.ts).
const EMPTY: u8 = 1;
const NO_LENGTH: u8 = 2;
const BAD_CHARACTER: u8 = 3;
const LEADING_ZERO: u8 = 4;
const OCTET_TOO_BIG: u8 = 5;
const TOO_SHORT: u8 = 6;
const TOO_LONG: u8 = 7;
const ZONE: u8 = 8;
const BAD_LENGTH: u8 = 9;
const LENGTH_TOO_BIG: u8 = 10;

// Notes on a valid record.
const UNALIGNED: u8 = 1;
const PADDED_LENGTH: u8 = 2;
const MAPPED: u8 = 4;

/** The expected form of a text: `a.b.c.d/n` or `a.b.c.d`. */
export const WANT_PREFIX: i32 = 0;
export const WANT_ADDRESS: i32 = 1;

// Further results of the scanner functions, for the one text that is being read.
let octets: u32 = 0;
let groupsHi: u64 = 0;
let groupsLo: u64 = 0;
let stop: usize = 0;

function isDigit(c: u8): bool {
  return <u8>(c - 0x30) < 10;
}

/** The value of a hex digit; 16 or more for anything else. */
function hexValue(c: u8): u32 {
  if (isDigit(c)) return c - 0x30;
  const lower = c | 0x20;
  return <u8>(lower - 0x61) < 6 ? lower - 0x61 + 10 : 16;
}

/** Reads four octets that fill [p, end) exactly into `octets`. */
function readIPv4(p: usize, end: usize): u8 {
  let value: u32 = 0;
  let dots = 0;
  let octet: u32 = 0;
  let digits = 0;
  for (; p < end; p++) {
    const c = load<u8>(p);
    stop = p;
    if (isDigit(c)) {
      if (digits == 1 && octet == 0) return LEADING_ZERO;
      octet = octet * 10 + (c - 0x30);
      digits++;
      if (octet > 255) return OCTET_TOO_BIG;
    } else if (c == 0x2e) {
      if (digits == 0 || p + 1 == end) return BAD_CHARACTER;
      if (dots == 3) return TOO_LONG;
      value = (value << 8) | octet;
      dots++;
      octet = 0;
      digits = 0;
    } else {
      return BAD_CHARACTER;
    }
  }
  stop = end;
  if (dots < 3) return TOO_SHORT;
  octets = (value << 8) | octet;
  return OK;
}

/** Writes the 16-bit `group` at position `i` (0 to 7) of the eight. */
function putGroup(i: i32, group: u64): void {
  if (i < 4) groupsHi |= group << (48 - 16 * i);
  else groupsLo |= group << (112 - 16 * i);
}

/** Reads eight groups that fill [p, end) exactly, `::` and a dotted tail included, into `groupsHi`, `groupsLo`. */
function readIPv6(p: usize, end: usize): u8 {
  groupsHi = 0;
  groupsLo = 0;
  let ellipsis = -1;
  let i = 0;
  if (end - p >= 2 && load<u8>(p) == 0x3a && load<u8>(p + 1) == 0x3a) {
    ellipsis = 0;
    p += 2;
  }
  while (p < end && i < 8) {
    const start = p;
    let group: u32 = 0;
    while (p < end) {
      const digit = hexValue(load<u8>(p));
      if (digit > 15) break;
      group = (group << 4) | digit;
      if (group > 0xffff) {
        stop = p;
        return BAD_CHARACTER;
      }
      p++;
    }
    stop = p;
    if (p == start) return BAD_CHARACTER;
    if (p < end && load<u8>(p) == 0x2e) {
      if (ellipsis < 0 && i != 6) return BAD_CHARACTER;
      if (i > 6) return TOO_LONG;
      const problem = readIPv4(start, end);
      if (problem != OK) return problem;
      putGroup(i, octets >> 16);
      putGroup(i + 1, octets & 0xffff);
      i += 2;
      p = end;
      break;
    }
    putGroup(i, group);
    i++;
    if (p == end) break;
    if (load<u8>(p) != 0x3a || p + 1 == end) return BAD_CHARACTER;
    p++;
    if (load<u8>(p) == 0x3a) {
      stop = p;
      if (ellipsis >= 0) return BAD_CHARACTER;
      ellipsis = i;
      p++;
    }
  }
  stop = p;
  if (p != end) return TOO_LONG;
  if (i == 8) return ellipsis >= 0 ? TOO_LONG : OK;
  if (ellipsis < 0) return TOO_SHORT;
  spread(ellipsis, 8 - i);
  return OK;
}

/** Shifts the groups from position `from` to the right by `by` positions; zeros fill the gap. */
function spread(from: i32, by: i32): void {
  const keepHi = maskHi(<u32>(16 * from));
  const keepLo = maskLo(<u32>(16 * from));
  const moveHi = groupsHi & ~keepHi;
  const moveLo = groupsLo & ~keepLo;
  const n = <u64>(16 * by);
  let hi: u64 = 0;
  let lo: u64 = 0;
  if (n < 64) {
    hi = moveHi >> n;
    lo = (moveLo >> n) | (n == 0 ? 0 : moveHi << (64 - n));
  } else if (n < 128) {
    lo = moveHi >> (n - 64);
  }
  groupsHi = (groupsHi & keepHi) | hi;
  groupsLo = (groupsLo & keepLo) | lo;
}

/** Reads the address in [p, end) into the record at `out`. */
function readAddress(p: usize, end: usize, out: usize): u8 {
  stop = p;
  if (p == end) return EMPTY;
  // Like netip.ParseAddr: the first of '.', ':' and '%' determines the family.
  for (let q = p; q < end; q++) {
    const c = load<u8>(q);
    if (c == 0x2e) {
      const problem = readIPv4(p, end);
      if (problem != OK) return problem;
      store<u64>(out, (<u64>octets) << 32);
      store<u64>(out, 0, 8);
      store<u8>(out, V4, 16);
      return OK;
    }
    if (c == 0x3a) {
      for (let z = q; z < end; z++) {
        if (load<u8>(z) == 0x25) {
          stop = z;
          return ZONE;
        }
      }
      const problem = readIPv6(p, end);
      if (problem != OK) return problem;
      store<u64>(out, groupsHi);
      store<u64>(out, groupsLo, 8);
      store<u8>(out, V6, 16);
      return OK;
    }
    if (c == 0x25) {
      stop = q;
      return BAD_CHARACTER;
    }
  }
  // No mark of either family: digits alone are an incomplete address, anything else is not an address.
  while (stop < end && isDigit(load<u8>(stop))) stop++;
  return stop == end ? TOO_SHORT : BAD_CHARACTER;
}

/** Converts `::ffff:a.b.c.d` to the IPv4 address, as Go's net.ParseIP does: no packet has the mapped address. */
function unmap(record: usize): void {
  const lo = load<u64>(record, 8);
  if (load<u8>(record, 16) != V6 || load<u64>(record) != 0 || lo >> 32 != 0xffff) return;
  store<u64>(record, lo << 32);
  store<u64>(record, 0, 8);
  store<u8>(record, V4, 16);
}

/** Reads the text [p, end) into the 24 bytes at `out`; the return value is also the record's `problem`. */
export function readRecord(p: usize, end: usize, want: i32, out: usize): u8 {
  memory.fill(out, 0, RECORD);
  let slash = p;
  while (slash < end && load<u8>(slash) != 0x2f) slash++;
  let problem: u8 = OK;
  let notes: u8 = 0;
  if (p == end) {
    stop = p;
    problem = EMPTY;
  } else if (slash == end) {
    problem = readAddress(p, end, out);
    if (problem == OK) {
      if (want == WANT_PREFIX) {
        stop = end;
        problem = NO_LENGTH;
      } else {
        unmap(out);
        store<u8>(out, load<u8>(out, 16) == V4 ? 32 : 128, 17);
      }
    }
  } else if (want == WANT_ADDRESS) {
    stop = slash;
    problem = BAD_CHARACTER;
  } else {
    problem = readAddress(p, slash, out);
    if (problem == OK) {
      const digits = slash + 1;
      let q = digits;
      let bits: u32 = 0;
      while (q < end && isDigit(load<u8>(q))) {
        // Go's dtoi stops at 0xFFFFFF; any limit above 128 has the same effect.
        bits = min(bits * 10 + (load<u8>(q) - 0x30), 1000);
        q++;
      }
      const limit: u32 = load<u8>(out, 16) == V4 ? 32 : 128;
      stop = q;
      if (q == digits || q != end) {
        problem = BAD_LENGTH;
      } else if (bits > limit) {
        stop = digits;
        problem = LENGTH_TOO_BIG;
      } else {
        store<u8>(out, <u8>bits, 17);
        if (q - digits > 1 && load<u8>(digits) == 0x30) notes |= PADDED_LENGTH;
      }
    }
  }
  if (problem == OK) {
    const hi = load<u64>(out);
    const lo = load<u64>(out, 8);
    const bits = <u32>load<u8>(out, 17);
    if ((hi & ~maskHi(bits)) != 0 || (lo & ~maskLo(bits)) != 0) notes |= UNALIGNED;
    if (load<u8>(out, 16) == V6 && hi == 0 && lo >> 32 == 0xffff) notes |= MAPPED;
  } else {
    // So that no lookup finds the address of a text that is valid up to its length.
    store<u8>(out, 0, 16);
  }
  store<u8>(out, problem, 18);
  store<u8>(out, notes, 19);
  store<u32>(out, problem == OK ? 0 : <u32>(stop - p), 20);
  return problem;
}

/**
 * Reads `count` texts into `count` records at `out`. Text i is the bytes from the end of text i-1 to `ends[i]`
 * (u32 offsets from `text`). `want` is one of the constants above.
 */
export function parsePrefixes(text: usize, ends: usize, count: i32, want: i32, out: usize): void {
  let start = text;
  for (let i = 0; i < count; i++) {
    const end = text + load<u32>(ends + (<usize>i << 2));
    readRecord(start, end, want, out + <usize>i * RECORD);
    start = end;
  }
}
