/**
 * The one arena. Everything a call reads or writes lives between `__heap_base` and `top`; nothing is freed
 * one by one: the host resets the arena before a call, and a call's scratch space dies with it.
 *
 *   0            __heap_base                top                 memory.size()
 *   | statics ... | input | records | ....... | free ............ |
 */
let top: usize = __heap_base;

/** Largest memory one instance may take, in 64 KiB pages (1 GiB): past it `alloc` answers 0. */
const MAX_PAGES: i32 = 16384;

/** Forgets all allocations. Memory that the instance has already taken stays with it. */
export function reset(): void {
  top = __heap_base;
}

/** The next `size` bytes, 16-byte aligned, or 0 if they do not fit. The bytes are not cleared. */
export function alloc(size: usize): usize {
  const gap = -top & 15;
  const at = append(gap + size);
  return at == 0 ? 0 : at + gap;
}

/** The `size` bytes directly behind what was taken last, or 0 if they do not fit: for lists that grow. */
export function append(size: usize): usize {
  const at = top;
  const end = at + size;
  if (end < at) return 0;
  const have = memory.size();
  const need = <i32>(end >> 16) + ((end & 0xffff) != 0 ? 1 : 0);
  if (need > have) {
    if (need > MAX_PAGES) return 0;
    // Growing copies nothing here, but asking page by page is slow: double while that is cheap.
    const step = min(max(need - have, min(have, 256)), MAX_PAGES - have);
    if (memory.grow(step) < 0 && memory.grow(need - have) < 0) return 0;
  }
  top = end;
  return at;
}

/** Gives back all that was allocated from `at` on, for a function that is done with its scratch space. */
export function release(at: usize): void {
  top = at;
}
