// A chain and the jumps to it, as the kernel holds them.
import { runToolOrThrow, yieldToOthers } from "../../host/index.ts";
import { observeNft } from "./observe-nft.ts";
import type { ObservedChain } from "./observed.ts";
import { withoutUnremovable } from "./strays.ts";
import { readDump, type Tools, toolName } from "./tools.ts";

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
  tools: Tools,
  chain: string,
  { counters = false, jump }: Look = {},
): Promise<ObservedChain> {
  const observed =
    tools.variant === "nft" ? await observeNft({ tools, chain, counters, jump }) : await observeTable(tools, chain);
  await yieldToOthers(1);
  return withoutUnremovable(observed);
}

async function observeTable(tools: Tools, chain: string): Promise<ObservedChain> {
  const run = await runToolOrThrow(tools.run, toolName(tools, "save"), ["-c", "-t", "nat"], { large: true });
  return readDump(run, run.stdout, chain, false);
}

/** Rules of other chains that lead to the chain, as far as a dump shows them. */
export async function readReferences(tools: Tools, chain: string): Promise<readonly string[]> {
  return (await observeTable(tools, chain)).references;
}
