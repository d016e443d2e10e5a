// Runs attempts: at once when triggered, at each interval, sooner after a failure, and never two at a time.
import { type Clock, systemClock } from "./clock.ts";

export interface Timing {
  /** Milliseconds between two successful attempts; each wait is up to a tenth shorter or longer. */
  readonly interval: number;
  /** How many attempts have failed in a row. */
  readonly failures: number;
}

const FIRST_RETRY_MS = 1_000;

/** The longest delay that a timer supports. */
const MAX_TIMER_MS = 0x7fffffff;

/**
 * The delay until the next attempt, in milliseconds: the interval with ±10 % jitter, so that the nodes of a cluster do not
 * act in lockstep; after failures 1 s, 2 s, 4 s …, but never longer than that.
 *
 * @param random a number from 0 to 1
 */
export function nextDelay({ interval, failures }: Timing, random: number): number {
  const jittered = interval * (0.9 + 0.2 * random);
  const delay = failures > 0 ? Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), jittered) : jittered;
  return Math.min(delay, MAX_TIMER_MS);
}

export interface Reconciler {
  /** Starts an attempt now, or as soon as the running one has ended. */
  trigger(): void;
  /** Resolves when the running attempt has ended; at once if there is none. */
  ended(): Promise<void>;
  /** Starts no further attempts; resolves when the running one has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `attempt` whenever it is due. `attempt` returns whether it succeeded, and must not throw.
 *
 * @param interval called before each wait; in milliseconds
 */
export function reconcile(
  attempt: () => Promise<boolean>,
  interval: () => number,
  clock: Clock = systemClock,
): Reconciler {
  let cancel = () => {};
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let failures = 0;

  const run = async () => {
    do {
      again = false;
      failures = (await attempt()) ? 0 : failures + 1;
    } while (again && !stopped);
    running = undefined;
    if (!stopped) cancel = clock.after(nextDelay({ interval: interval(), failures }, clock.random()), trigger);
  };
  const trigger = () => {
    cancel();
    again = true;
    if (!stopped) running ??= run();
  };
  return {
    trigger,
    ended: async () => running,
    stop: async () => {
      stopped = true;
      cancel();
      await running;
    },
  };
}
