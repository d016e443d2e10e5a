// Observe, compare, commit, verify: until the node is as wanted.
import { ReportedError } from "../errors/index.ts";
import type { LockedWork } from "../host/index.ts";
import { type Past, reportDrift } from "./drift.ts";
import { type Change, joinTransactions, type Transaction } from "./transaction.ts";

/** Transactions that one sync tries: others may write between our look and our write, but not forever. */
const ATTEMPTS = 3;

/** Changes that an error names; the others are counted. */
const SHOWN = 20;

/** The node is not as wanted although every transaction was carried out. */
export class VerifyError extends ReportedError {
  readonly changes: readonly Change[];
  constructor(changes: readonly Change[]) {
    const left = changes.filter(({ op }) => op !== "keep");
    const lines = left.slice(0, SHOWN).map(({ op, line }) => `  ${op === "add" ? "+" : "-"} ${line}`);
    if (left.length > SHOWN) lines.push(`  … and ${left.length - SHOWN} more`);
    super(
      `after ${ATTEMPTS} transactions the rules are still not as desired: another program changes them, ` +
        `or this version of the tool prints them differently. Left to change:\n${lines.join("\n")}`,
      { code: "not-as-desired", remedy: "ip-masq-agent doctor shows which programs write rules here" },
    );
    this.changes = changes;
  }
}

/**
 * How a transaction ended: `written`, and to be verified by another look; `verified`, there is nothing to look at;
 * `outdated`, nothing was written because what was observed has changed since; or the error of a tool that refused it.
 */
export type Committed = "written" | "verified" | "outdated" | Error;

/** How one backend brings something of its own to where it is wanted. */
export interface Convergence<Wanted, Observed, Edit extends Transaction> {
  readonly wanted: Wanted;
  readonly observe: () => Promise<Observed>;
  /** What is left to write; undefined if nothing is. */
  readonly diff: (wanted: Wanted, observed: Observed) => Edit | undefined | Promise<Edit | undefined>;
  /** Carries out a transaction as a whole or not at all. May throw, which ends the attempts. */
  readonly commit: (edit: Edit, observed: Observed) => Promise<Committed>;
  /** The error if something is left after the last attempt; {@link VerifyError} by default. */
  readonly unsettled?: (left: Edit) => Error;
  readonly past?: Past<Wanted> | undefined;
  /** Runs the work while no other process of ours writes. */
  readonly locked?: (work: LockedWork<Transaction | undefined>) => Promise<Transaction | undefined>;
}

/**
 * Repeats look and transaction until nothing is left to write, three times at most. Returns what was written, joined to
 * one transaction; undefined if there was nothing to write. Drift is reported once, from the first look.
 *
 * Throws what `observe` and `commit` throw, and `unsettled`'s error.
 */
export async function converge<Wanted, Observed, Edit extends Transaction>({
  wanted,
  observe,
  diff,
  commit,
  unsettled = ({ changes }) => new VerifyError(changes),
  past,
  locked = ({ work }) => work(),
}: Convergence<Wanted, Observed, Edit>): Promise<Transaction | undefined> {
  let unreported = past;
  const look = async () => {
    const observed = await observe();
    const left = await diff(wanted, observed);
    // If nothing is left, another agent or an earlier attempt already wrote it.
    if (left && unreported) await reportDrift(unreported, async (one) => (one === wanted ? left : diff(one, observed)));
    unreported = undefined;
    return { observed, left };
  };
  const work = async () => {
    const written: Edit[] = [];
    let { observed, left } = await look();
    for (let attempt = 1; left; attempt++) {
      if (attempt > ATTEMPTS) throw unsettled(left);
      const committed = await commit(left, observed);
      if (committed === "written" || committed === "verified") written.push(left);
      if (committed === "verified") break;
      const before = left.text;
      ({ observed, left } = await look());
      // A transaction that was refused is tried again only if the rules have moved since it was made.
      if (committed instanceof Error && left?.text === before) throw committed;
    }
    return joinTransactions(written);
  };
  // Another process of ours may be writing: what to write is decided when we hold the lock.
  return locked({ isNeeded: async () => (await look()).left !== undefined, work });
}
