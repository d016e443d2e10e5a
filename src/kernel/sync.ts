// One sync: observe, diff, apply, verify, for one family.
import { type Change, type Family, type ObservedChain, removeChain, type Transaction } from "../dialect/index.ts";
import { apply, observeTable, type Variant } from "./iptables.ts";
import { ToolError } from "./process.ts";

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
      `${chain} cannot be removed, rules of other chains lead to it:\n${references.map((rule) => `  ${rule}`).join("\n")}`,
    );
    this.references = references;
  }
}

/**
 * Brings one family to where `next` finds nothing more to write, and answers the first transaction written.
 * Each transaction happens whole or not at all. Throws {@link ToolError} or {@link VerifyError}.
 */
export async function settle(
  variant: Variant,
  look: () => Promise<ObservedChain>,
  next: (observed: ObservedChain) => Transaction | undefined,
): Promise<Transaction | undefined> {
  let transaction = next(await look());
  const written = transaction;
  for (let attempt = 1; transaction; attempt++) {
    if (attempt > ATTEMPTS) throw new VerifyError(transaction.changes);
    const failure = await apply(variant, transaction).then(
      () => undefined,
      (error: unknown) => error,
    );
    const before = transaction.text;
    transaction = next(await look());
    // A transaction that was refused is tried again only where the rules have moved since it was made.
    if (failure !== undefined && (!(failure instanceof ToolError) || transaction?.text === before)) throw failure;
  }
  return written;
}

/** Removes the chain and the jumps to it. Throws {@link ReferencedError} where others use it; nothing is changed then. */
export function removeOwn(variant: Variant, family: Family, chain: string): Promise<Transaction | undefined> {
  return settle(
    variant,
    () => observeTable(variant, family, chain),
    (observed) => {
      if (observed.references.length > 0) throw new ReferencedError(chain, observed.references);
      return removeChain(family, chain, observed);
    },
  );
}
