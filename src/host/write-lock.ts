// A lock that allows one writer at a time.
import { socketName, takeName } from "./socket-name.ts";

/** The longest wait for the lock, the shorter one after a timeout or while shutting down, and the retry interval. */
const MAX_WAIT_MS = 5_000;
const SHORT_WAIT_MS = 100;
const RETRY_MS = 20;

let maxWait = MAX_WAIT_MS;
let isShort = false;

/** Shutting down: stop waiting for the write lock. */
export function shortenLockWait(): void {
  isShort = true;
  maxWait = SHORT_WAIT_MS;
}

export interface LockedWork<T> {
  /** Whether there is anything to do. Called without the lock, and only if another process holds it. */
  readonly isNeeded: () => Promise<boolean>;
  readonly work: () => Promise<T>;
}

/**
 * Runs `work` while no other process of ours writes under this name in this network namespace. Does not wait if there is
 * nothing to do. After 5 s (with a warning), or if names cannot be held, `work` runs without the lock: what it writes is
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
  while (held === "taken" && performance.now() - begin < maxWait) {
    await new Promise((done) => setTimeout(done, RETRY_MS));
    held = await takeName(`turn/${name}`);
  }
  if (held === "taken") {
    maxWait = SHORT_WAIT_MS;
    warn(
      `another process holds the write lock, socket @${socketName(`turn/${name}`)}, and does not release it; ` +
        "continuing without it (ss -xlp shows the process)",
    );
  } else if (!isShort) maxWait = MAX_WAIT_MS;
  try {
    return await work();
  } finally {
    if (typeof held === "object") held.close();
  }
}
