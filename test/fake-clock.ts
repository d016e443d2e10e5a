// A clock that moves only when a test moves it.
import type { Clock } from "../src/agent/clock.ts";

export interface FakeClock extends Clock {
  /** Moves the clock by this many milliseconds; timers that are due on the way fire at their time. */
  advance(ms: number): void;
  /** Milliseconds until the next timer is due; undefined if there is none. */
  next(): number | undefined;
}

/** Starts at 0. There is no jitter: `random` is always a half. */
export function fakeClock(): FakeClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly then: () => void }>();
  const first = () => [...timers].sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    random: () => 0.5,
    after: (ms, then) => {
      const timer = { at: now + ms, then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    next: () => {
      const timer = first();
      return timer && timer.at - now;
    },
    advance: (ms) => {
      const end = now + ms;
      for (let timer = first(); timer && timer.at <= end; timer = first()) {
        timers.delete(timer);
        now = timer.at;
        timer.then();
      }
      now = end;
    },
  };
}

/** Lets pending promises continue until a condition holds. */
export async function turnsUntil(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 10_000) throw new Error(`${what} did not happen`);
    await new Promise((done) => setImmediate(done));
  }
}
