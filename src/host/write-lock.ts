// One writer at a time.
import { socketName, takeName } from "./socket-name.ts";

/** The longest wait for the lock, and the wait after one that timed out or while shutting down. Milliseconds. */
const LONGEST_WAIT_MS = 5_000;
const SHORT_WAIT_MS = 100;
const STEP_MS = 20;

let longestWait = LONGEST_WAIT_MS;
let isShort = false;

/** Shutting down: stop waiting for the write lock. */
export function shortenLockWait(): void {
  isShort = true;
  longestWait = SHORT_WAIT_MS;
}

export interface LockedWork<T> {
  /** Is there anything to do? Asked without the lock, and only if another process holds it. */
  readonly isNeeded: () => Promise<boolean>;
  readonly work: () => Promise<T>;
}

/**
 * Runs `work` while no other process of ours writes under this name in this network namespace. If there is nothing to do,
 * it does not wait. After 5 s, which `warn` is told, or if names cannot be held, `work` runs all the same: what it writes is
 * verified afterwards.
 */
export async function withWriteLock<T>(
  name: string,
  warn: (message: string) => void,
  { isNeeded, work }: LockedWork<T>,
): Promise<T | undefined> {
  let held = await takeName(`turn/${name}`);
  if (held === "taken" && !(await isNeeded())) return undefined;
  const begin = performance.now();
  while (held === "taken" && performance.now() - begin < longestWait) {
    await new Promise((done) => setTimeout(done, STEP_MS));
    held = await takeName(`turn/${name}`);
  }
  if (held === "taken") {
    longestWait = SHORT_WAIT_MS;
    warn(
      `another process holds the socket @${socketName(`turn/${name}`)}, as one that writes these rules does, and does not ` +
        "let go of it; going on without it (ss -xlp shows which process it is)",
    );
  } else if (!isShort) longestWait = LONGEST_WAIT_MS;
  try {
    return await work();
  } finally {
    if (typeof held === "object") held.close();
  }
}
