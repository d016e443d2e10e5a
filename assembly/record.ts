/**
 * A prefix, or an address, as a record of 24 bytes. The address is left-aligned in 128 bits, so that every question
 * about network bits is the same arithmetic for both families (an IPv4 address fills the top 32 bits):
 *
 *   0        8        16      17    18       19     20
 *   | hi u64 | lo u64 | family | bits | problem | notes | at u32 |
 *
 * `problem` is 0 for a good record; otherwise `at` is the byte offset in the text where reading stopped.
 */
export const RECORD: usize = 24;

export const V4: u8 = 4;
export const V6: u8 = 6;

/** The `problem` of a good record. */
export const OK: u8 = 0;

/** The top `bits` bits set, of the first 64. */
export function maskHi(bits: u32): u64 {
  // A shift by 64 is a shift by 0 in WASM, so both ends need their own answer.
  return bits == 0 ? 0 : bits >= 64 ? u64.MAX_VALUE : u64.MAX_VALUE << (64 - bits);
}

/** The top `bits` bits set, the second 64 of 128. */
export function maskLo(bits: u32): u64 {
  return bits <= 64 ? 0 : bits >= 128 ? u64.MAX_VALUE : u64.MAX_VALUE << (128 - bits);
}

/** Copies one record. The engine would call out for memory.copy, which so few bytes do not pay for. */
export function copyRecord(from: usize, to: usize): void {
  store<u64>(to, load<u64>(from));
  store<u64>(to, load<u64>(from, 8), 8);
  store<u64>(to, load<u64>(from, 16), 16);
}
