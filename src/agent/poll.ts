// Says when a config file, or one in a folder of them, may have changed, by looking at it.
import { readdirSync, statSync } from "node:fs";
import type { Watch } from "./watch.ts";

/** Between two looks, and for how long after a change looks are frequent: its writer may not be done. Milliseconds. */
const STEP_MS = 500;
const BUSY_STEP_MS = 50;
const BUSY_MS = 1_000;

/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 200;

/**
 * Calls `changed` as {@link watchFile} does. It takes a second at most, and a change that a second one hides in between
 * is one change.
 *
 * For Deno, whose watcher opens what it finds in a folder: a FIFO stops it for good, and its end waits for it.
 */
export function pollFile(file: string, changed: (written: boolean) => void): Watch {
  let last = look(file);
  let busyUntil = 0;
  const poll = () => {
    const now = look(file);
    if (now.state !== last.state) {
      busyUntil = performance.now() + BUSY_MS;
      changed(now.identity === last.identity);
      last = now;
    }
    timer = setTimeout(poll, performance.now() < busyUntil ? BUSY_STEP_MS : STEP_MS);
  };
  let timer = setTimeout(poll, STEP_MS);
  return { refresh: () => {}, close: () => clearTimeout(timer) };
}

interface Look {
  readonly identity: string;
  readonly state: string;
}

/** Which file it is, and that with all that a write changes; of a folder those of what is in it. */
function look(file: string): Look {
  const own = lookAt(file);
  try {
    const entries = readdirSync(file).sort().slice(0, MAX_ENTRIES);
    const looks = entries.map((name) => ({ name, ...lookAt(`${file}/${name}`) }));
    const join = (part: "identity" | "state") => looks.map((one) => `${one.name} ${one[part]}`).join("\n");
    return { identity: `${own.identity}\n${join("identity")}`, state: `${own.identity}\n${join("state")}` };
  } catch {
    return own;
  }
}

function lookAt(file: string): Look {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    const identity = `${dev} ${ino}`;
    return { identity, state: `${identity} ${size} ${mtimeMs} ${ctimeMs}` };
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    return { identity: code, state: code };
  }
}
