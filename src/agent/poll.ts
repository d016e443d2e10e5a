// Detects changes of a config file, or of the files in a folder, by polling.
import { readdirSync, statSync } from "node:fs";
import type { Watch } from "./watch.ts";

/** The polling interval, and the shorter one for a while after a change, when the writer may not have finished. */
const POLL_MS = 500;
const BUSY_POLL_MS = 50;
const BUSY_MS = 1_000;

/** How many entries of a folder are checked. */
const MAX_ENTRIES = 200;

/**
 * Calls `changed` as {@link watchFile} does, at most a second late. Two changes between polls count as one.
 *
 * For Deno, whose watcher opens every file in a folder: a FIFO blocks it forever, and the process cannot exit.
 */
export function pollFile(file: string, changed: (written: boolean) => void): Watch {
  let last = stateOf(file);
  let busyUntil = 0;
  const poll = () => {
    const now = stateOf(file);
    if (now.state !== last.state) {
      busyUntil = performance.now() + BUSY_MS;
      changed(now.identity === last.identity);
      last = now;
    }
    timer = setTimeout(poll, performance.now() < busyUntil ? BUSY_POLL_MS : POLL_MS);
  };
  let timer = setTimeout(poll, POLL_MS);
  return { refresh: () => {}, close: () => clearTimeout(timer) };
}

interface FileState {
  /** Which file it is. */
  readonly identity: string;
  /** The identity and everything that a write changes. */
  readonly state: string;
}

/** The state of a file; for a folder, the states of its entries. */
function stateOf(file: string): FileState {
  const own = ownState(file);
  try {
    const entries = readdirSync(file).sort().slice(0, MAX_ENTRIES);
    const states = entries.map((name) => ({ name, ...ownState(`${file}/${name}`) }));
    const join = (part: "identity" | "state") => states.map((one) => `${one.name} ${one[part]}`).join("\n");
    return { identity: `${own.identity}\n${join("identity")}`, state: `${own.identity}\n${join("state")}` };
  } catch {
    return own;
  }
}

function ownState(file: string): FileState {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    const identity = `${dev} ${ino}`;
    return { identity, state: `${identity} ${size} ${mtimeMs} ${ctimeMs}` };
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    return { identity: code, state: code };
  }
}
