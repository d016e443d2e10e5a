/**
 * The arena. Everything that a call reads or writes is between `__heap_base` and `top`. Nothing is freed individually: the host
 * resets the arena before a call, which also frees the scratch space of the previous one.
 *
 *   0            __heap_base                top                 memory.size()
 *   | statics ... | input | records | ....... | free ............ |
 */
let top: usize = __heap_base;

/** The maximum memory of one instance, in 64 KiB pages (1 GiB): beyond it, `alloc` returns 0. */
const MAX_PAGES: i32 = 16384;

/** Frees all allocations. The instance keeps its memory. */
export function reset(): void {
  top = __heap_base;
}

/** Allocates the next `size` bytes, 16-byte aligned; returns 0 if they do not fit. The bytes are not cleared. */
export function alloc(size: usize): usize {
  const gap = -top & 15;
  const at = append(gap + size);
  return at == 0 ? 0 : at + gap;
}

/** Allocates the `size` bytes directly after the last allocation, for lists that grow; returns 0 if they do not fit. */
export function append(size: usize): usize {
  const at = top;
  const end = at + size;
  if (end < at) return 0;
  const have = memory.size();
  const need = <i32>(end >> 16) + ((end & 0xffff) != 0 ? 1 : 0);
  if (need > have) {
    if (need > MAX_PAGES) return 0;
    // Growing copies nothing here, but growing page by page is slow: double while that is cheap.
    const step = min(max(need - have, min(have, 256)), MAX_PAGES - have);
    if (memory.grow(step) < 0 && memory.grow(need - have) < 0) return 0;
  }
  top = end;
  return at;
}

/** Frees all allocations from `at` on, for a function that no longer needs its scratch space. */
export function release(at: usize): void {
  top = at;
}
