// One sync: observe, diff, apply, verify, for one family.
import type { Family } from "../core/index.ts";
import { ToolError, withWriteLock } from "../host/index.ts";
import { commit } from "./iptables/commit.ts";
import { removeChain } from "./iptables/diff.ts";
import { observe, readReferences } from "./iptables/observe.ts";
import type { ObservedChain } from "./iptables/observed.ts";
import type { Variant } from "./iptables/tools.ts";
import { type Change, joinTransactions, type Transaction } from "./transaction.ts";

/** Transactions that one sync tries: others may write between our look and our write, but not for ever. */
const ATTEMPTS = 3;

/** The rules differ from the desired ones although every transaction was carried out. */
export class VerifyError extends Error {
  override name = "VerifyError";
  readonly changes: readonly Change[];
  constructor(changes: readonly Change[]) {
    const lines = changes
      .filter(({ op }) => op !== "keep")
      .map(({ op, line }) => `  ${op === "add" ? "+" : "-"} ${line}`);
    super(
      `after ${ATTEMPTS} transactions the rules are still not as desired: another program changes them, ` +
        `or this iptables prints them differently. Left to change:\n${lines.join("\n")}`,
    );
    this.changes = changes;
  }
}

/** A chain cannot be removed while rules that are not ours lead to it. */
export class ReferencedError extends Error {
  override name = "ReferencedError";
  readonly references: readonly string[];
  constructor(chain: string, references: readonly string[]) {
    super(
      `${chain} cannot be removed, rules that are not ours lead to it:\n${references.map((rule) => `  ${rule}`).join("\n")}`,
    );
    this.references = references;
  }
}

export interface Work {
  readonly variant: Variant;
  readonly family: Family;
  readonly chain: string;
  /** What is there now. */
  readonly look: () => Promise<ObservedChain>;
  /** What is left to write, or undefined where nothing is. */
  readonly next: (observed: ObservedChain) => Transaction | undefined;
  /** Told what a person should know although the work goes on. */
  readonly warn: (message: string) => void;
}

/**
 * Brings one family to where nothing is left to write, and answers what was written, in one transaction where there were
 * several; undefined where there was nothing. Each happens whole or not at all. Throws {@link ToolError} or
 * {@link VerifyError}.
 */
export function settle({ variant, family, chain, look, next, warn }: Work): Promise<Transaction | undefined> {
  const work = async () => {
    const written: Transaction[] = [];
    let transaction = next(await look());
    for (let attempt = 1; transaction; attempt++) {
      if (attempt > ATTEMPTS) throw new VerifyError(transaction.changes);
      const failure = await commit(variant, transaction).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) written.push(transaction);
      const before = transaction.text;
      transaction = next(await look());
      // A transaction that was refused is tried again only where the rules have moved since it was made.
      if (failure !== undefined && (!(failure instanceof ToolError) || transaction?.text === before)) throw failure;
    }
    return joinTransactions(written);
  };
  // Another process of ours may be at the same: what is to write is decided when it is our turn.
  const isNeeded = async () => next(await look()) !== undefined;
  return withWriteLock(`${variant}/${family}/${chain}`, warn, { isNeeded, work });
}

/** Removes the chain and the jumps to it. Throws {@link ReferencedError} where others use it; nothing is changed then. */
export async function removeOwn(
  variant: Variant,
  family: Family,
  chain: string,
  warn: Work["warn"],
): Promise<Transaction | undefined> {
  const look = async () => {
    const observed = await observe(variant, family, chain);
    for (const finding of observed.findings ?? []) warn(finding);
    return observed;
  };
  const next = (observed: ObservedChain) => {
    if (observed.references.length > 0) throw new ReferencedError(chain, observed.references);
    return removeChain(family, chain, observed);
  };
  try {
    return await settle({ variant, family, chain, look, next, warn });
  } catch (error) {
    // The nft variant is told only by the kernel that a chain is in use: a dump may show by what.
    const references = error instanceof ToolError ? await readReferences(variant, family, chain).catch(() => []) : [];
    throw references.length > 0 ? new ReferencedError(chain, references) : error;
  }
}
