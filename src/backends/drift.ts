// Tells drift, which somebody else caused, from changes of our own.
// This module is browser-compatible.
import type { FamilyPolicy } from "../policy/index.ts";
import type { Past } from "./backend.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Tells the past what would repair the drift, where there is some.
 *
 * @param left what a sync would write now; where that is nothing another agent or an earlier try has made it so
 */
export function reportDrift(
  past: Past | undefined,
  left: Transaction | undefined,
  repairOf: (policy: FamilyPolicy) => Transaction | undefined,
): void {
  if (!past || !left) return;
  const repairs = past.inForce.map(repairOf);
  const [repair] = repairs;
  if (repair && repairs.every((one) => one !== undefined)) past.drifted(repair);
}
