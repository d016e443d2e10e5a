/**
 * Checks records before other functions trust them: what they would do with the record of an invalid text, or with host bits, is
 * not defined.
 */
import { OK, RECORD, V4, V6 } from "./record";

/** Whether the record is that of a valid prefix without host bits. */
@inline
function isAligned(record: usize): bool {
  const family = load<u8>(record, 16);
  const bits = <u32>load<u8>(record, 17);
  if (load<u8>(record, 18) != OK) return false;
  const hi = load<u64>(record);
  const lo = load<u64>(record, 8);
  if (family == V4) return bits <= 32 && ((hi << bits) | lo) == 0;
  if (family != V6 || bits > 128) return false;
  // A shift by 64 is a shift by 0 in WASM.
  return bits < 64 ? ((hi << bits) | lo) == 0 : bits == 128 || lo << (bits - 64) == 0;
}

/** The index of the first of the `count` records that is not that of a valid prefix without host bits; -1 if all are. */
export function findUnusable(records: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) if (!isAligned(records + <usize>i * RECORD)) return i;
  return -1;
}
