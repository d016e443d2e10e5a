// How soon a change by another program is looked at.
import type { Clock } from "./clock.ts";

/** Milliseconds from an event to the look: a program that changes rules often makes several transactions. */
const FIRST_MS = 10;

/** Looks that may follow one another at once, and the milliseconds after which there may be one more. */
const BURST = 20;
const REFILL_MS = 2_000;

/**
 * Hands out delays, in milliseconds: short for a while, then one look in two seconds, so that two programs which undo each
 * other's changes do not keep a node busy (a token bucket).
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
    // The next token is taken before it is there.
    tokens--;
    return since + -tokens * REFILL_MS - now;
  };
}
