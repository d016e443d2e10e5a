/** Reads a dotted quad, `192.0.2.1`, at once: its at most 15 bytes fit in one SIMD register, four lanes per octet. */
import { V4 } from "./record";

/**
 * The constants, 16 bytes each. Loading one costs one instruction; as literals, the engine would build them from immediates for
 * each address, which costs five.
 */
// biome-ignore format: one constant per row
const CONSTANTS = memory.data<u8>([
  0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, // the digit 0
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
  0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, // dots
  // Lane 4k+j has the digit 3-j positions before the last one of octet k.
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, // the octet of each lane
  252, 253, 254, 255, 252, 253, 254, 255, 252, 253, 254, 255, 252, 253, 254, 255, // its position from the end: -4 to -1
  255, 255, 255, 0, 255, 255, 255, 0, 255, 255, 255, 0, 255, 255, 255, 0, // all lanes but the last of an octet
  // Lanes in pairs, 16 bits: 0 and hundreds, tens and ones.
  0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10, 0, // the weights of the low bytes, 0 and tens
  100, 0, 1, 0, 100, 0, 1, 0, 100, 0, 1, 0, 100, 0, 1, 0, // the weights of the high bytes, hundreds and ones
  255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, // the low bytes
  255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, // the largest octet, 32 bits
  12, 8, 4, 0, 12, 8, 4, 0, 12, 8, 4, 0, 12, 8, 4, 0, // the lowest byte of each octet, in the order of a number
]);
const ZERO: usize = 0;
const NINE: usize = 16;
const DOT: usize = 32;
const OCTET_OF_LANE: usize = 48;
const FROM_END: usize = 64;
const NOT_LAST: usize = 80;
const LOW_WEIGHTS: usize = 96;
const HIGH_WEIGHTS: usize = 112;
const LOW_BYTES: usize = 128;
const MAX_OCTET: usize = 144;
const TO_NUMBER: usize = 160;

@inline
function constant(offset: usize): v128 {
  return v128.load(CONSTANTS + offset);
}

/**
 * Reads the dotted quad that begins at `p`, up to the first byte that is neither a digit nor a dot, and up to `limit` bytes (at
 * most 16): four octets of 0 to 255 without leading zeros, as Go's net.ParseIP requires. Writes the first 17 bytes of its record
 * to `out`, and returns its size, or 0 if there is none. The 16 bytes at `p` must be readable.
 *
 * The size does not depend on the octets, so a loop over consecutive addresses does not wait for them.
 */
@inline
export function readQuad(p: usize, limit: u32, out: usize): usize {
  const bytes = v128.load(p);
  const digits = i8x16.sub(bytes, constant(ZERO));
  const allDots: u32 = i8x16.bitmask(i8x16.eq(bytes, constant(DOT)));
  const size: u32 = ctz(~(i8x16.bitmask(i8x16.le_u(digits, constant(NINE))) | allDots) | (1 << limit));
  const dots = allDots & ((1 << size) - 1);
  if (popcnt(dots) != 3 || size > 15) return 0;

  // Where each octet ends and begins, a byte each: an octet begins after the dot that ends the previous one.
  const second = dots & (dots - 1);
  const ends = <u32>ctz(dots) | (<u32>ctz(second) << 8) | (<u32>(31 - clz(dots)) << 16) | (size << 24);
  const begins = (ends << 8) + 0x01010100;
  // One to three digits each: the top bit of a byte is set for 0 digits in the first sum, and for 4 or more in the second.
  const sizes = ends - begins;
  if ((((sizes - 0x01010101) | (sizes + 0x7c7c7c7c)) & 0x80808080) != 0) return 0;

  const places = i8x16.add(i8x16.swizzle(i32x4.splat(ends), constant(OCTET_OF_LANE)), constant(FROM_END));
  const begin = i8x16.swizzle(i32x4.splat(begins), constant(OCTET_OF_LANE));
  const lanes = v128.and(i8x16.swizzle(digits, places), i8x16.ge_s(places, begin));
  const leadingZero = v128.and(
    v128.and(i8x16.eq(places, begin), constant(NOT_LAST)),
    i8x16.eq(lanes, i8x16.splat(0)),
  );
  const octets = i32x4.add(
    i32x4.dot_i16x8_s(v128.and(lanes, constant(LOW_BYTES)), constant(LOW_WEIGHTS)),
    i32x4.dot_i16x8_s(i16x8.shr_u(lanes, 8), constant(HIGH_WEIGHTS)),
  );
  if (v128.any_true(v128.or(leadingZero, i32x4.gt_s(octets, constant(MAX_OCTET))))) return 0;
  const address = i32x4.extract_lane(i8x16.swizzle(octets, constant(TO_NUMBER)), 0);
  store<u64>(out, (<u64>(<u32>address)) << 32);
  store<u64>(out, 0, 8);
  store<u8>(out, V4, 16);
  return size;
}
