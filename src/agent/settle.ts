// Many events in a row, one call.

/** The longest that a burst is waited out. */
const LONGEST_MS = 250;

export interface Settler {
  /** An event happened, and is the last of its burst when as many milliseconds pass without another. */
  (quiet: number): void;
  /** Forgets what is pending. */
  cancel(): void;
}

/** Calls `then` after the last of a burst of events, and every 250 ms while it lasts. */
export function settle(then: () => void): Settler {
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  const fire = () => {
    timer = undefined;
    then();
  };
  const event = (quiet: number) => {
    const now = performance.now();
    if (timer === undefined) since = now;
    clearTimeout(timer);
    timer = setTimeout(fire, Math.max(0, Math.min(quiet, since + LONGEST_MS - now)));
  };
  return Object.assign(event, { cancel: () => clearTimeout(timer) });
}
