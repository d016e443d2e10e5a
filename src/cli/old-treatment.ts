// Open connections that keep their old treatment after a write.
import { foundPolicy, type Transaction } from "../backends/index.ts";
import {
  type ConntrackHost,
  type Reset,
  type ResetSurvey,
  resetConnections,
  surveyConnections,
  thisConntrack,
} from "../conntrack/index.ts";
import { type FamilyPolicy, outcomesOf } from "../policy/index.ts";

/** A family whose rules were written. */
export interface Written {
  readonly policy: FamilyPolicy;
  readonly transaction: Transaction;
}

/** The open connections after a write. */
export interface OldTreatment {
  /** How many are not treated as the new rules say, without those that were deleted; undefined if they cannot be read. */
  readonly left: number | undefined;
  readonly deleted: number;
  /** Why some could not be deleted, or why the connections could not be read; undefined if nothing failed. */
  readonly failure: string | undefined;
}

/**
 * Counts the open connections that keep their old treatment after a write, and deletes those that `reset` selects if the
 * previous rules are known. Never throws, because the rules are in force. Returns undefined if nothing was written.
 */
export async function followWrite(
  written: readonly Written[],
  reset: Reset,
  host: ConntrackHost = thisConntrack,
): Promise<OldTreatment | undefined> {
  if (written.length === 0) return undefined;
  const families = written.map(({ policy, transaction }) => ({ before: foundPolicy(transaction), after: policy }));
  const known = families.flatMap(({ before, after }) => (before ? [{ before, after }] : []));
  const unknown = families.flatMap(({ before, after }) => (before ? [] : [after]));
  try {
    const changed = known.length > 0 ? await resetKnown(known, reset, host) : undefined;
    // Without previous rules, open connections are compared with the new rules, and none is deleted.
    const rest = unknown.length > 0 ? await countMisplaced(unknown, host) : 0;
    const { old = 0, deleted = 0, failure } = changed ?? {};
    return { left: old - deleted + rest, deleted, failure };
  } catch (error) {
    return { left: undefined, deleted: 0, failure: (error as Error).message };
  }
}

function resetKnown(
  known: readonly { readonly before: FamilyPolicy; readonly after: FamilyPolicy }[],
  reset: Reset,
  host: ConntrackHost,
): Promise<ResetSurvey> {
  const before = outcomesOf(known.map((family) => family.before));
  const after = outcomesOf(known.map((family) => family.after));
  return resetConnections(host, { before, after, examples: 0 }, reset);
}

async function countMisplaced(policy: readonly FamilyPolicy[], host: ConntrackHost): Promise<number> {
  const outcomes = outcomesOf(policy);
  const { misplaced } = await surveyConnections(host, { before: outcomes, after: outcomes, examples: 0 });
  return misplaced.reduce((sum, { connections }) => sum + connections, 0);
}
