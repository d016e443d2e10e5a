// Removes the chain and the jumps to it.
import type { Family } from "../../core/index.ts";
import { ReportedError } from "../../errors/index.ts";
import { ToolError } from "../../host/index.ts";
import { type Convergence, converge } from "../converge.ts";
import type { Transaction } from "../transaction.ts";
import { commit } from "./commit.ts";
import { type ChainTransaction, removeChain } from "./diff.ts";
import { readReferences } from "./observe.ts";
import type { ObservedChain } from "./observed.ts";
import type { Tools } from "./tools.ts";

/** A chain cannot be removed while rules that are not ours lead to it. */
export class ReferencedError extends ReportedError {
  readonly references: readonly string[];
  constructor(chain: string, references: readonly string[]) {
    super(
      `${chain} cannot be removed, rules that are not ours lead to it:\n${references.map((rule) => `  ${rule}`).join("\n")}`,
      { code: "chain-in-use", remedy: "remove those rules, or let the program that made them do it" },
    );
    this.references = references;
  }
}

type Removal = Convergence<"nothing", ObservedChain, ChainTransaction>;

/** What removes the chain and the jumps to it; undefined if there is nothing. Throws {@link ReferencedError} if others use it. */
export function planRemoval(family: Family, chain: string, observed: ObservedChain): ChainTransaction | undefined {
  if (observed.references.length > 0) throw new ReferencedError(chain, observed.references);
  return removeChain(family, chain, observed);
}

/**
 * Removes the chain and the jumps to it; returns what was written, undefined if there was nothing. Throws
 * {@link ReferencedError} if others use the chain; nothing is changed then.
 */
export async function removeOwn(
  tools: Tools,
  chain: string,
  how: Pick<Removal, "observe" | "locked">,
): Promise<Transaction | undefined> {
  const diff: Removal["diff"] = (_, observed) => planRemoval(tools.family, chain, observed);
  try {
    return await converge({ ...how, wanted: "nothing", diff, commit: (edit) => commit(tools, edit) });
  } catch (error) {
    // The nft variant is told only by the kernel that a chain is in use: a dump may show by what.
    const references = error instanceof ToolError ? await readReferences(tools, chain).catch(() => []) : [];
    throw references.length > 0 ? new ReferencedError(chain, references) : error;
  }
}

/** What the removal of a chain did, for people; in one line. */
export const describeRemoval = (chain: string, written: Transaction | undefined): string =>
  written
    ? `removed: chain ${chain} and ${written.counts.removed} rules`
    : `chain ${chain} not found; nothing to remove`;
