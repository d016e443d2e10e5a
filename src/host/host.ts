// The effects of the host that backends need.
import { runTool } from "./process.ts";
import type { Runner } from "./tool.ts";
import { withWriteLock } from "./write-lock.ts";

/** The effects that a backend receives. */
export interface Host {
  readonly run: Runner;
  readonly withWriteLock: typeof withWriteLock;
}

/** The machine that this process runs on. */
export const thisHost: Host = { run: runTool, withWriteLock };
