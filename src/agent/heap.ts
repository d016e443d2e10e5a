// Tunes the heap of the service: for size, or for speed if a policy is large.

/** From this many entries on, a small heap is collected too often: each sync would block the loop for half a second. */
const LARGE_POLICY_ENTRIES = 10_000;

/** Percent by which the heap then grows between collections; by default V8 lets it grow to four times its size. */
const GROWTH_PERCENT = 70;

/** Sets flags of V8. `node:v8` is loaded only here, because commands do not need it and would start 1 ms later. */
async function setFlags(...flags: readonly string[]): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  for (const flag of flags) setFlagsFromString(flag);
}

/**
 * Tells V8 to keep its heap small: by default, 3,000 resyncs in a row took 50 MB instead of 20. The optimizing compiler
 * gains nothing if syncs are seconds apart, and takes megabytes whenever it runs.
 */
export function keepHeapSmall(): Promise<void> {
  return setFlags("--optimize-for-size", "--max-semi-space-size=1", "--semi-space-growth-factor=1", "--no-opt");
}

/** Lets V8 trade some memory for speed if a policy has many entries. */
export function setHeapFor(entries: number): Promise<void> {
  const isLarge = entries >= LARGE_POLICY_ENTRIES;
  return setFlags(
    isLarge ? "--no-optimize-for-size" : "--optimize-for-size",
    `--heap-growing-percent=${isLarge ? GROWTH_PERCENT : 0}`,
  );
}
