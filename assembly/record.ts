/**
 * A prefix or an address as a record of 24 bytes. The address is left-aligned in 128 bits (an IPv4 address fills the top 32
 * bits), so that arithmetic with network bits is the same for both families:
 *
 *   0        8        16      17    18       19     20
 *   | hi u64 | lo u64 | family | bits | problem | notes | at u32 |
 *
 * `problem` is 0 for a valid record. Otherwise `family` is 0, and `at` is the byte offset in the text where parsing stopped.
 */
export const RECORD: usize = 24;

export const V4: u8 = 4;
export const V6: u8 = 6;

/** The `problem` of a valid record. */
export const OK: u8 = 0;

/** The first 64 bits of a mask with the top `bits` bits set. */
export function maskHi(bits: u32): u64 {
  // A shift by 64 is a shift by 0 in WASM, so both ends are special cases.
  return bits == 0 ? 0 : bits >= 64 ? u64.MAX_VALUE : u64.MAX_VALUE << (64 - bits);
}

/** The second 64 bits of a mask with the top `bits` bits set. */
export function maskLo(bits: u32): u64 {
  return bits <= 64 ? 0 : bits >= 128 ? u64.MAX_VALUE : u64.MAX_VALUE << (128 - bits);
}

/** Copies one record. The engine would make a call for memory.copy, which is not worth it for so few bytes. */
export function copyRecord(from: usize, to: usize): void {
  store<u64>(to, load<u64>(from));
  store<u64>(to, load<u64>(from, 8), 8);
  store<u64>(to, load<u64>(from, 16), 16);
}
