// How soon the rules are read after a change by another program.
import type { Clock } from "./clock.ts";

/** Milliseconds from an event to the read: a program that changes rules often makes several transactions. */
const FIRST_MS = 10;

/** How many reads may follow one another at once, and the milliseconds after which one more may. */
const BURST = 20;
const REFILL_MS = 2_000;

/**
 * Returns a function that returns the delay of each read, in milliseconds: short at first, then one read every two seconds,
 * so that two programs that undo each other's changes do not keep the node busy (a token bucket).
 */
export function createLookPace(clock: Clock): () => number {
  let tokens = BURST;
  let since = clock.now();
  return () => {
    const now = clock.now();
    const gained = Math.floor((now - since) / REFILL_MS);
    tokens = Math.min(BURST, tokens + gained);
    since = tokens === BURST ? now : since + gained * REFILL_MS;
    if (tokens > 0) {
      tokens--;
      return FIRST_MS;
    }
    // Take a future token: the delay lasts until it arrives.
    tokens--;
    return since + -tokens * REFILL_MS - now;
  };
}
