// A clock that moves only when told to.
import type { Clock } from "../src/agent/clock.ts";

export interface FakeClock extends Clock {
  /** Moves on by so many milliseconds; what is due on the way happens at its time. */
  advance(ms: number): void;
  /** Milliseconds until the next thing that is due; undefined if nothing is. */
  next(): number | undefined;
}

/** Begins at 0. There is no jitter: `random` is always a half. */
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

/** Lets what waits for nothing but its turn go on until a condition holds. */
export async function turnsUntil(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 10_000) throw new Error(`${what} did not happen`);
    await new Promise((done) => setImmediate(done));
  }
}
