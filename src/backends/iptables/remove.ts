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

/** A chain cannot be removed while other programs' rules jump to it. */
export class ReferencedError extends ReportedError {
  readonly references: readonly string[];
  constructor(chain: string, references: readonly string[]) {
    super(
      `chain ${chain} cannot be removed, because rules of other programs jump to it:\n${references.map((rule) => `  ${rule}`).join("\n")}`,
      { code: "chain-in-use", remedy: "remove those rules, or have the program that wrote them remove them" },
    );
    this.references = references;
  }
}

type Removal = Convergence<"nothing", ObservedChain, ChainTransaction>;

/** The transaction that removes the chain and the jumps to it; undefined if there is nothing. Throws {@link ReferencedError}. */
export function planRemoval(family: Family, chain: string, observed: ObservedChain): ChainTransaction | undefined {
  if (observed.references.length > 0) throw new ReferencedError(chain, observed.references);
  return removeChain(family, chain, observed);
}

/**
 * Removes the chain and the jumps to it; returns what was written, undefined if there was nothing. Throws
 * {@link ReferencedError} if others use the chain, and then changes nothing.
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
    // In the nft variant only the kernel's refusal reveals that the chain is in use; a dump may show by which rules.
    const references = error instanceof ToolError ? await readReferences(tools, chain).catch(() => []) : [];
    throw references.length > 0 ? new ReferencedError(chain, references) : error;
  }
}

/** One line about the result of removing a chain. */
export const describeRemoval = (chain: string, written: Transaction | undefined): string =>
  written
    ? `removed: chain ${chain} and ${written.counts.removed} ${written.counts.removed === 1 ? "rule" : "rules"}`
    : `chain ${chain} not found; nothing to remove`;
