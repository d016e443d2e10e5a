// How the heap is kept: small, or quick where a policy is large.
import { setFlagsFromString } from "node:v8";

/** Entries from which a heap that is kept small is collected too often: each sync would stop the loop for half a second. */
const MANY = 10_000;

/** Percent by which the heap then grows before it is collected: left alone, V8 would let it grow to four times its size. */
const GROWTH = 70;

/** Lets V8 trade some memory for speed while a policy of so many entries is kept. */
export function setHeapFor(entries: number): void {
  const isLarge = entries >= MANY;
  setFlagsFromString(isLarge ? "--no-optimize-for-size" : "--optimize-for-size");
  setFlagsFromString(`--heap-growing-percent=${isLarge ? GROWTH : 0}`);
}
