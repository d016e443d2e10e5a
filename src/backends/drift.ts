// Drift: changes made by another program, as opposed to our own.
// This module is browser-compatible.
import type { Transaction } from "./transaction.ts";

/** What a sync needs to know about earlier ones. */
export interface Past<Wanted> {
  /**
   * The state that the last successful sync put in force, and those that failed syncs since may have: if the node differs
   * from all of them, another program has changed it.
   */
  readonly inForce: readonly Wanted[];
  /** Called with the transaction that repairs the drift, before anything is written. */
  readonly drifted: (repair: Transaction) => void;
}

/**
 * Reports drift, if any.
 *
 * @param diffWith returns what a sync to a given state would write
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
