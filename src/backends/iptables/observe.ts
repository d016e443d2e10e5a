// A chain and the jumps to it, as the kernel holds them.
import type { Family } from "../../core/index.ts";
import { runToolOrThrow } from "../../host/index.ts";
import { observeNft } from "./observe-nft.ts";
import type { ObservedChain } from "./observed.ts";
import { withoutUnremovable } from "./strays.ts";
import { readDump, toolName, type Variant, yieldToOthers } from "./tools.ts";

export interface Look {
  /** Should counters be read? */
  readonly counters?: boolean;
  /** The jump that is wanted, if one is. */
  readonly jump?: string;
}

/**
 * Reads the chain and the jumps to it; nothing is written, and no lock is taken. References from other chains are seen
 * with the legacy variant only, which copies the whole table out of the kernel for any question: one dump is cheapest.
 */
export async function observe(
  variant: Variant,
  family: Family,
  chain: string,
  { counters = false, jump }: Look = {},
): Promise<ObservedChain> {
  const observed =
    variant === "nft"
      ? await observeNft({ family, chain, counters, jump })
      : await observeTable(variant, family, chain);
  await yieldToOthers();
  return withoutUnremovable(observed);
}

async function observeTable(variant: Variant, family: Family, chain: string): Promise<ObservedChain> {
  const run = await runToolOrThrow(toolName(variant, family, "save"), ["-c", "-t", "nat"], { large: true });
  return readDump(run, run.stdout, chain, false);
}

/** Rules of other chains that lead to the chain, as far as a dump shows them. */
export async function readReferences(variant: Variant, family: Family, chain: string): Promise<readonly string[]> {
  return (await observeTable(variant, family, chain)).references;
}
