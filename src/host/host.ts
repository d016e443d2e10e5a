// What backends need of the host.
import { type Runner, runTool } from "./process.ts";
import { withWriteLock } from "./write-lock.ts";

/** Effects that a backend is given. */
export interface Host {
  readonly run: Runner;
  readonly withWriteLock: typeof withWriteLock;
}

/** The machine that this process runs on. */
export const thisHost: Host = { run: runTool, withWriteLock };
