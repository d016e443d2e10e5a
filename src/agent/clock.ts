// The loop's source of time and random numbers, which tests replace.

export interface Clock {
  /** Milliseconds since an arbitrary moment; monotonic. */
  now(): number;
  /** Calls `then` after `ms` milliseconds; returns a function that cancels the call. */
  after(ms: number, then: () => void): () => void;
  /** A number from 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
