// Drift: what another program changed, as opposed to what we did.
// This module is browser-compatible.
import type { Transaction } from "./transaction.ts";

/** What a sync knows of earlier ones. */
export interface Past<Wanted> {
  /**
   * What the last good sync put in force, and what those that failed since may have: if the node differs from all of
   * them, another program changed it.
   */
  readonly inForce: readonly Wanted[];
  /** Called with what would repair that, before anything is written. */
  readonly drifted: (repair: Transaction) => void;
}

/**
 * Reports drift, if there is any.
 *
 * @param diffWith what a sync would write if this were wanted
 */
export async function reportDrift<Wanted>(
  { inForce, drifted }: Past<Wanted>,
  diffWith: (wanted: Wanted) => Promise<Transaction | undefined>,
): Promise<void> {
  let first: Transaction | undefined;
  for (const one of inForce) {
    const repair = await diffWith(one);
    if (!repair) return;
    first ??= repair;
  }
  if (first) drifted(first);
}
