// The switch from one backend to another: the new rules are in force before the old ones are removed.
import type { Family } from "../core/index.ts";
import { isMissing } from "../host/index.ts";
import type { Backend, Cleaner } from "./backend.ts";

export interface SuccessionOptions {
  readonly warn: (message: string) => void;
  readonly note: (message: string) => void;
  /** Milliseconds since an arbitrary moment. */
  readonly now?: () => number;
}

/** The only backend that has rules of a family, and when that was checked. */
export interface InForce {
  readonly backend: Backend;
  readonly seen: number;
}

/** How long after a check for leftovers a sync that writes nothing repeats it. */
const CHECK_AGAIN_MS = 60_000;

/**
 * Wraps a backend so that its first successful sync of a family also removes what others left. While both have rules, the
 * first that translates a connection decides, and what both keep is kept. A failed removal is repeated at each sync, and so
 * an agent that was killed in between completes it after its next start. Another process may bring leftovers back, as an
 * `apply` with another backend does: the check is repeated after each repair, and every minute.
 *
 * @param others opens the places where something may be left
 * @param inForce for each family, the only backend that has rules; shared by the backends of a process
 */
export function removingLeftovers(
  backend: Backend,
  others: () => Promise<readonly Cleaner[]>,
  inForce: Map<Family, InForce>,
  { warn, note, now = () => performance.now() }: SuccessionOptions,
): Backend {
  const successor: Backend = {
    ...backend,
    sync: async (policy, past) => {
      const { family, chain } = policy;
      const written = await backend.sync(policy, past);
      const last = inForce.get(family);
      if (!written && last?.backend === successor && now() - last.seen < CHECK_AGAIN_MS) return written;
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
      if (isClear) inForce.set(family, { backend: successor, seen: now() });
      else inForce.delete(family);
      return written;
    },
  };
  return successor;
}

/** Whether an error means that there can be no rules: no tool that could have written them, or no IPv6 on the node. */
export const holdsNothing = (place: Cleaner, family: Family, error: unknown): boolean =>
  isMissing(error) || (family === "ipv6" && place.isUnreadable(error));
