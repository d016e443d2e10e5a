// Time and chance, as the loop asks for them: tests give it their own.

export interface Clock {
  /** Milliseconds from some moment on; never goes back. */
  now(): number;
  /** Calls `then` after so many milliseconds; returns what cancels that. */
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
