/**
 * Radix sort, from the lowest byte up (LSD): O(n) for items of a fixed size, and equal keys keep their order.
 *
 * An item is a little-endian number. The bytes below its key identify its owner and do not affect the order:
 *
 *   0        first            size
 *   | whose  | key, low to high |
 */
import { alloc } from "./memory";

/** The maximum size of an item in bytes. */
const MAX_SIZE: usize = 24;

/** The address of a byte's place in a table of u32: 256 for each digit of the key. */
function entryOf(table: usize, digit: usize, byte: u8): usize {
  return table + (digit << 10) + (<usize>byte << 2);
}

/** Moves each item to the place that `places` has for its byte at `digit`, and increments that place. */
function distribute(from: usize, to: usize, count: i32, size: usize, digit: usize, places: usize): void {
  const end = from + <usize>count * size;
  for (let item = from; item < end; item += size) {
    const place = entryOf(places, digit, load<u8>(item + digit));
    const out = to + <usize>load<u32>(place) * size;
    store<u32>(place, load<u32>(place) + 1);
    store<u64>(out, load<u64>(item));
    if (size > 8) {
      store<u64>(out, load<u64>(item, 8), 8);
      store<u64>(out, load<u64>(item, 16), 16);
    }
  }
}

/**
 * Sorts `count` items of 8 or 24 bytes whose key begins at byte `first`. Returns the address of the sorted items, which is
 * `items` or `scratch` (of the same size), or 0 if the counts do not fit. A byte that is the same in all keys needs no pass.
 */
export function radixSort(items: usize, scratch: usize, count: i32, size: usize, first: usize): usize {
  const counts = alloc(MAX_SIZE << 10);
  if (counts == 0) return 0;
  memory.fill(counts, 0, MAX_SIZE << 10);
  const end = items + <usize>count * size;
  for (let item = items; item < end; item += size) {
    for (let digit = first; digit < size; digit++) {
      const entry = entryOf(counts, digit, load<u8>(item + digit));
      store<u32>(entry, load<u32>(entry) + 1);
    }
  }
  for (let digit = first; digit < size; digit++) {
    if (load<u32>(entryOf(counts, digit, load<u8>(items + digit))) == <u32>count) continue;
    // Converts counts to places: each byte's items begin where those of smaller bytes end.
    let place: u32 = 0;
    for (let byte = 0; byte < 256; byte++) {
      const entry = entryOf(counts, digit, <u8>byte);
      const here = load<u32>(entry);
      store<u32>(entry, place);
      place += here;
    }
    distribute(items, scratch, count, size, digit, counts);
    const swap = items;
    items = scratch;
    scratch = swap;
  }
  return items;
}
