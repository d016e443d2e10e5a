// From one backend to another: the new rules are in force before the old ones go.
import type { Family } from "../core/index.ts";
import { isMissing } from "../host/index.ts";
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
          if (holdsNothing(other, family, error)) continue;
          isClear = false;
          warn(`${family}: rules left by ${other.name} could not be removed: ${(error as Error).message}`);
        }
      }
      if (isClear) inForce.set(family, successor);
      return written;
    },
  };
  return successor;
}

/** Does an error say that nothing can be there: no tool to have written it, or no IPv6 on the node? */
export const holdsNothing = (place: Cleaner, family: Family, error: unknown): boolean =>
  isMissing(error) || (family === "ipv6" && place.isUnreadable(error));
