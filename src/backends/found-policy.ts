// The policy that a sync found on the node.
// This module is browser-compatible.
import type { FamilyPolicy } from "../policy/index.ts";
import type { Transaction } from "./transaction.ts";

/** With more changes than this the policy is not derived: that would block the loop for too long. */
const MAX_CHANGES = 4_096;

/** The policy of the rules before a transaction; undefined if there were none, or if they cannot be read. */
export function foundPolicy(transaction: Transaction): FamilyPolicy | undefined {
  return transaction.changes.length > MAX_CHANGES ? undefined : transaction.meaning?.().before;
}
