// How the heap of the service is kept: small, or quick if a policy is large.

/** Entries from which a heap that is kept small is collected too often: each sync would stop the loop for half a second. */
const MANY = 10_000;

/** Percent by which the heap then grows before it is collected: left alone, V8 would let it grow to four times its size. */
const GROWTH = 70;

/** Loads `node:v8` only now: commands have no use for it, and would start 1 ms later. */
async function setFlags(...flags: readonly string[]): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  for (const flag of flags) setFlagsFromString(flag);
}

/**
 * Asks V8 to keep its heap small: left alone, 3,000 resyncs one right after the other took 50 MB instead of 20. Its
 * optimizing compiler has nothing to win where syncs are seconds apart, and takes megabytes whenever it works.
 */
export function keepHeapSmall(): Promise<void> {
  return setFlags("--optimize-for-size", "--max-semi-space-size=1", "--semi-space-growth-factor=1", "--no-opt");
}

/** Lets V8 trade some memory for speed while a policy of so many entries is kept. */
export function setHeapFor(entries: number): Promise<void> {
  const isLarge = entries >= MANY;
  return setFlags(
    isLarge ? "--no-optimize-for-size" : "--optimize-for-size",
    `--heap-growing-percent=${isLarge ? GROWTH : 0}`,
  );
}
