/**
 * Radix sort, from the lowest byte up (LSD): O(n) for items of a fixed size, and equal keys keep their order.
 *
 * An item is a little-endian number. Its lowest four bytes say whose key it is and are not sorted by:
 *
 *   0           4                  size
 *   | index u32 | key, low to high |
 */
import { alloc } from "./memory";

/** Largest item in bytes. */
const MAX_SIZE: usize = 24;

/** Items that one digit's 256 counts say it has: u32 each, one row of counts a byte of the key. */
function countAt(counts: usize, digit: usize, value: u32): usize {
  return counts + (digit << 10) + (<usize>value << 2);
}

/** Moves each item to the place that its byte at `digit` has in `places`, and the place on by one. */
function distribute(from: usize, to: usize, count: i32, size: usize, digit: usize, places: usize): void {
  const end = from + <usize>count * size;
  for (let item = from; item < end; item += size) {
    const place = places + (<usize>load<u8>(item + digit) << 2);
    const out = to + <usize>load<u32>(place) * size;
    store<u32>(place, load<u32>(place) + 1);
    store<u64>(out, load<u64>(item));
    store<u32>(out, load<u32>(item, 8), 8);
    if (size > 12) {
      store<u32>(out, load<u32>(item, 12), 12);
      store<u64>(out, load<u64>(item, 16), 16);
    }
  }
}

/**
 * Sorts `count` items of 12 or 24 bytes. Answers where the sorted items are, in `items` or in `scratch` (as large),
 * or 0 where the counts do not fit. A byte that is the same in all keys costs no pass.
 */
export function radixSort(items: usize, scratch: usize, count: i32, size: usize): usize {
  const counts = alloc(MAX_SIZE << 10);
  if (counts == 0) return 0;
  memory.fill(counts, 0, MAX_SIZE << 10);
  const end = items + <usize>count * size;
  for (let item = items; item < end; item += size) {
    for (let digit: usize = 4; digit < size; digit++) {
      const at = countAt(counts, digit, load<u8>(item + digit));
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let digit: usize = 4; digit < size; digit++) {
    if (load<u32>(countAt(counts, digit, load<u8>(items + digit))) == <u32>count) continue;
    let place: u32 = 0;
    for (let value: u32 = 0; value < 256; value++) {
      const at = countAt(counts, digit, value);
      const here = load<u32>(at);
      store<u32>(at, place);
      place += here;
    }
    distribute(items, scratch, count, size, digit, countAt(counts, digit, 0));
    const swap = items;
    items = scratch;
    scratch = swap;
  }
  return items;
}
