// The policy that a sync found on the node.
// This module is browser-compatible.
import type { FamilyPolicy } from "../policy/index.ts";
import type { Transaction } from "./transaction.ts";

/** Changes beyond which it is not worked out: that would stop the loop for too long. */
const MOST = 4_096;

/** What the rules meant before a transaction; undefined if there were none, or if they cannot be read. */
export function foundPolicy(transaction: Transaction): FamilyPolicy | undefined {
  return transaction.changes.length > MOST ? undefined : transaction.meaning?.().before;
}
