// From one backend to another: the new rules are in force before the old ones go.
import type { Family } from "../core/index.ts";
import { ToolError } from "../host/index.ts";
import type { Backend, Cleaner } from "./backend.ts";

export interface SuccessionOptions {
  readonly warn: (message: string) => void;
  readonly note: (message: string) => void;
}

/**
 * A backend whose first good sync of a family also removes what others left. While both have rules, the first that
 * translates a connection decides, and what both keep is kept. What cannot be removed is tried again with each sync, so
 * that whoever was killed on the way ends it at its next start.
 *
 * @param others opens the places in which something may be left
 * @param inForce for each family the backend that alone has rules; shared by the backends of a process
 */
export function succeeding(
  backend: Backend,
  others: () => Promise<readonly Cleaner[]>,
  inForce: Map<Family, Backend>,
  { warn, note }: SuccessionOptions,
): Backend {
  const successor: Backend = {
    ...backend,
    sync: async (policy, past) => {
      const { family, chain } = policy;
      const written = await backend.sync(policy, past);
      if (inForce.get(family) === successor) return written;
      let isClear = true;
      for (const other of await others()) {
        try {
          const removed = await other.cleanup(family, chain);
          if (removed) note(`${family} (${other.name}): ${other.describeCleanup(chain, removed)}`);
        } catch (error) {
          // A node without IPv6 has no rules of it.
          if (isAbsent(error) || (family === "ipv6" && other.isUnreadable(error))) continue;
          isClear = false;
          warn(`${family}: what ${other.name} left is still there: ${(error as Error).message}`);
        }
      }
      if (isClear) inForce.set(family, successor);
      return written;
    },
  };
  return successor;
}

/** Is there no tool for it, so that nothing can be there? */
const isAbsent = (error: unknown) => error instanceof ToolError && error.reason === "missing";
