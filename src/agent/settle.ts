// Many events in a row, one call.

import { type Clock, systemClock } from "./clock.ts";

/** How an event is waited out, in milliseconds. */
export interface Pace {
  /** It is the last of its burst when so long nothing else happens. */
  readonly quiet: number;
  /** A burst with such an event in it is waited out no longer than this. */
  readonly longest: number;
}

export interface Settler {
  /** An event happened. The slowest of a burst sets its pace. */
  (pace: Pace): void;
  /** Is a burst being waited out? */
  pending(): boolean;
  /** Forgets what is pending. */
  cancel(): void;
}

/** Calls `then` after the last of a burst of events, and now and then while it lasts. */
export function settle(then: () => void, clock: Clock = systemClock): Settler {
  let cancel: (() => void) | undefined;
  // When the burst began, when it is over if nothing else happens, and when it is given up on.
  let since = 0;
  let due = 0;
  let limit = 0;
  const fire = () => {
    cancel = undefined;
    then();
  };
  const event = ({ quiet, longest }: Pace) => {
    const now = clock.now();
    if (!cancel) since = due = limit = now;
    cancel?.();
    due = Math.max(due, now + quiet);
    limit = Math.max(limit, since + longest);
    cancel = clock.after(Math.max(0, Math.min(due, limit) - now), fire);
  };
  return Object.assign(event, { pending: () => cancel !== undefined, cancel: () => cancel?.() });
}
