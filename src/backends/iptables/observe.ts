// Reads a chain and the jumps to it from the kernel.
import { runToolOrThrow, yieldToOthers } from "../../host/index.ts";
import { observeNft } from "./observe-nft.ts";
import type { ObservedChain } from "./observed.ts";
import { withoutUnremovable } from "./strays.ts";
import { readDump, type Tools, toolName } from "./tools.ts";

export interface ObserveOptions {
  /** Whether to read counters. */
  readonly counters?: boolean;
  /** The desired jump, if any. */
  readonly jump?: string;
}

/**
 * Reads the chain and the jumps to it; writes nothing and takes no lock. References from other chains are found only in the
 * legacy variant, which copies the whole table out of the kernel for any command, so that one dump is cheapest.
 */
export async function observe(
  tools: Tools,
  chain: string,
  { counters = false, jump }: ObserveOptions = {},
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

/** Rules of other chains that jump to the chain, as far as a dump shows them. */
export async function readReferences(tools: Tools, chain: string): Promise<readonly string[]> {
  return (await observeTable(tools, chain)).references;
}
