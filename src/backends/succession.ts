// From one backend to another: the new rules are in force before the old ones go.
import type { Family } from "../core/index.ts";
import { isMissing } from "../host/index.ts";
import type { Backend, Cleaner } from "./backend.ts";

export interface SuccessionOptions {
  readonly warn: (message: string) => void;
  readonly note: (message: string) => void;
  /** Milliseconds since some moment. */
  readonly now?: () => number;
}

/** The backend that alone has rules of a family, and when that was seen. */
export interface InForce {
  readonly backend: Backend;
  readonly seen: number;
}

/** Milliseconds until a sync that writes nothing looks again for what others have left. */
const LOOK_AGAIN_MS = 60_000;

/**
 * A backend whose first good sync of a family also removes what others left. While both have rules, the first that
 * translates a connection decides, and what both keep is kept. What cannot be removed is tried again with each sync, so
 * that whoever was killed on the way ends it at its next start. Another process may bring back what was removed, as an `apply` with
 * another backend does: after each repair, and each minute, it is looked for again.
 *
 * @param others opens the places in which something may be left
 * @param inForce for each family the backend that alone has rules; shared by the backends of a process
 */
export function succeeding(
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
      if (!written && last?.backend === successor && now() - last.seen < LOOK_AGAIN_MS) return written;
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

/** Does an error say that nothing can be there: no tool to have written it, or no IPv6 on the node? */
export const holdsNothing = (place: Cleaner, family: Family, error: unknown): boolean =>
  isMissing(error) || (family === "ipv6" && place.isUnreadable(error));
