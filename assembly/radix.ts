/**
 * Radix sort, from the lowest byte up (LSD): O(n) for items of a fixed size, and equal keys keep their order.
 *
 * An item is a little-endian number. The bytes below its key say whose key it is and are not sorted by:
 *
 *   0        first            size
 *   | whose  | key, low to high |
 */
import { alloc } from "./memory";

/** Largest item in bytes. */
const MAX_SIZE: usize = 24;

/** Where a table of u32 has the place for a byte: 256 for each digit of the key. */
function entryOf(table: usize, digit: usize, byte: u8): usize {
  return table + (digit << 10) + (<usize>byte << 2);
}

/** Moves each item to the place that its byte at `digit` has in `places`, and that place on by one. */
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
 * Sorts `count` items of 8 or 24 bytes whose key begins at byte `first`. Returns where the sorted items are, in `items`
 * or in `scratch` (as large), or 0 if the counts do not fit. A byte that is the same in all keys costs no pass.
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
    // Counts become places: each byte's items begin where those of smaller bytes end.
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
