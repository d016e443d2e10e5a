// Many events in a row, one call.

/** Quiet time after which an event counts as the last of its burst, and the longest that a burst is waited out. */
const QUIET_MS = 5;
const LONGEST_MS = 250;

export interface Settler {
  /** An event happened. */
  (): void;
  /** Forgets what is pending. */
  cancel(): void;
}

/** Calls `then` 5 ms after the last of a burst of events, and every 250 ms while it lasts. */
export function settle(then: () => void): Settler {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  const fire = () => {
    timer = undefined;
    then();
  };
  const event = () => {
    const now = performance.now();
    if (timer === undefined) since = now;
    clearTimeout(timer);
    timer = setTimeout(fire, Math.max(0, Math.min(QUIET_MS, since + LONGEST_MS - now)));
  };
  return Object.assign(event, { cancel: () => clearTimeout(timer) });
}
