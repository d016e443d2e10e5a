// Observe, compare, commit, verify, until the node has the desired state.
import { ReportedError } from "../errors/index.ts";
import type { LockedWork } from "../host/index.ts";
import { type Past, reportDrift } from "./drift.ts";
import { type Change, joinTransactions, type Transaction } from "./transaction.ts";

/** How many transactions one sync tries: others may write between our read and our write, but not forever. */
const MAX_ATTEMPTS = 3;

/** How many changes an error lists; the others are counted. */
const MAX_SHOWN = 20;

/** The node does not have the desired state although every transaction succeeded. */
export class VerifyError extends ReportedError {
  readonly changes: readonly Change[];
  constructor(changes: readonly Change[]) {
    const left = changes.filter(({ op }) => op !== "keep");
    const lines = left.slice(0, MAX_SHOWN).map(({ op, line }) => `  ${op === "add" ? "+" : "-"} ${line}`);
    if (left.length > MAX_SHOWN) lines.push(`  … and ${left.length - MAX_SHOWN} more`);
    super(
      `after ${MAX_ATTEMPTS} transactions the rules still differ: another program keeps changing them, ` +
        `or this version of the tool prints them differently. Remaining changes:\n${lines.join("\n")}`,
      { code: "not-as-desired", remedy: "ip-masq-agent doctor shows which programs write rules on this node" },
    );
    this.changes = changes;
  }
}

/**
 * The result of a transaction: `written`, to be verified by another read; `verified`, which needs none; `outdated`: nothing
 * was written because the observed state has changed since; or the error of a tool that refused it.
 */
export type Committed = "written" | "verified" | "outdated" | Error;

/** How a backend brings its part of the node to the desired state. */
export interface Convergence<Wanted, Observed, Edit extends Transaction> {
  readonly wanted: Wanted;
  readonly observe: () => Promise<Observed>;
  /** What remains to be written; undefined if nothing. */
  readonly diff: (wanted: Wanted, observed: Observed) => Edit | undefined | Promise<Edit | undefined>;
  /** Applies a transaction as a whole or not at all. May throw, which ends the attempts. */
  readonly commit: (edit: Edit, observed: Observed) => Promise<Committed>;
  /** Makes the error if changes remain after the last attempt; {@link VerifyError} by default. */
  readonly finalError?: (left: Edit) => Error;
  readonly past?: Past<Wanted> | undefined;
  /** Runs the work while no other process of ours writes. */
  readonly locked?: (work: LockedWork<Transaction | undefined>) => Promise<Transaction | undefined>;
}

/**
 * Repeats reading and writing until nothing remains to be written, three times at most. Returns what was written, joined
 * into one transaction; undefined if there was nothing to write. Drift is reported once, from the first read.
 *
 * Throws what `observe` and `commit` throw, and `finalError`'s error.
 */
export async function converge<Wanted, Observed, Edit extends Transaction>({
  wanted,
  observe,
  diff,
  commit,
  finalError = ({ changes }) => new VerifyError(changes),
  past,
  locked = ({ work }) => work(),
}: Convergence<Wanted, Observed, Edit>): Promise<Transaction | undefined> {
  let unreported = past;
  const compare = async () => {
    const observed = await observe();
    const left = await diff(wanted, observed);
    // If nothing remains, another agent or an earlier attempt has already written it.
    if (left && unreported) await reportDrift(unreported, async (one) => (one === wanted ? left : diff(one, observed)));
    unreported = undefined;
    return { observed, left };
  };
  const work = async () => {
    const written: Edit[] = [];
    let { observed, left } = await compare();
    for (let attempt = 1; left; attempt++) {
      if (attempt > MAX_ATTEMPTS) throw finalError(left);
      const committed = await commit(left, observed);
      if (committed === "written" || committed === "verified") written.push(left);
      if (committed === "verified") break;
      const before = left.text;
      ({ observed, left } = await compare());
      // A refused transaction is tried again only if the rules have changed since it was made.
      if (committed instanceof Error && left?.text === before) throw committed;
    }
    return joinTransactions(written);
  };
  // Another process of ours may be writing: decide what to write only once we hold the lock.
  return locked({ isNeeded: async () => (await compare()).left !== undefined, work });
}
