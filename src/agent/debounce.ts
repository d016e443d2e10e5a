// Turns a burst of events into one call.

import { type Clock, systemClock } from "./clock.ts";

/** How long to wait after an event, in milliseconds. */
export interface Pace {
  /** The burst is over if no other event follows within this time. */
  readonly quiet: number;
  /** The longest wait from the beginning of the burst. */
  readonly max: number;
}

export interface Debouncer {
  /** Reports an event. The slowest event of a burst determines its pace. */
  (pace: Pace): void;
  /** Whether a call is pending. */
  pending(): boolean;
  /** Cancels the pending call. */
  cancel(): void;
}

/** Calls `then` after a burst of events, and during a long one whenever the longest wait is over. */
export function debounce(then: () => void, clock: Clock = systemClock): Debouncer {
  let cancel: (() => void) | undefined;
  // When the burst began, when it ends if no other event follows, and when `then` is called at the latest.
  let since = 0;
  let due = 0;
  let limit = 0;
  const fire = () => {
    cancel = undefined;
    then();
  };
  const event = ({ quiet, max }: Pace) => {
    const now = clock.now();
    if (!cancel) since = due = limit = now;
    cancel?.();
    due = Math.max(due, now + quiet);
    limit = Math.max(limit, since + max);
    cancel = clock.after(Math.max(0, Math.min(due, limit) - now), fire);
  };
  return Object.assign(event, { pending: () => cancel !== undefined, cancel: () => cancel?.() });
}
