// Removes the rules of the nft variant of iptables on a node or in an image that has nft but not iptables.
import type { Family } from "../../core/index.ts";
import { type Host, runToolOrThrow, ToolError } from "../../host/index.ts";
import type { Cleaner } from "../backend.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { type Change, type ChangeKind, countsOf, type Transaction } from "../transaction.ts";
import { listNftChain } from "./nft.ts";
import type { NftRule } from "./nft-chain.ts";
import { describeRemoval, ReferencedError } from "./remove.ts";

/** These rules are in table nat of nftables, so nft can address all of them and delete them in one transaction. */
export function bareNftCleaner({ run }: Host): Cleaner {
  const planCleanup = async (family: Family, chain: string): Promise<Transaction | undefined> => {
    const tools = { run, variant: "nft", family } as const;
    const own = await listNftChain(tools, chain, chain);
    // There cannot be a jump to a chain that does not exist.
    if (!own) return undefined;
    const leading = ((await listNftChain(tools, "POSTROUTING", chain)) ?? []).filter(({ leads }) => leads);
    const maps = leading.filter(({ leads }) => leads === "map");
    if (maps.length > 0) {
      throw new ReferencedError(
        chain,
        maps.map(({ text }) => text),
      );
    }
    return removal(family, chain, own, leading);
  };
  return {
    name: "iptables-nft",
    planCleanup,
    cleanup: async (family, chain) => {
      const planned = await planCleanup(family, chain);
      if (planned) await runToolOrThrow(run, "nft", ["-f", "-"], { input: planned.text });
      return planned;
    },
    describeCleanup: describeRemoval,
    isUnreadable: (error) => error instanceof ToolError && / list chain /.test(error.command),
  };
}

function removal(family: Family, chain: string, own: readonly NftRule[], jumps: readonly NftRule[]): Transaction {
  const nat = `${NFT_FAMILY[family]} nat`;
  const removed = (kind: ChangeKind, line: string): Change => ({ op: "remove", kind, line });
  const changes = [
    removed("chain", `chain ${nat} ${chain}`),
    ...own.map(({ text }) => removed("rule", `rule ${nat} ${chain} ${text}`)),
    ...jumps.map(({ text }) => removed("jump", `rule ${nat} POSTROUTING ${text}`)),
  ];
  const lines = [
    ...jumps.map(({ handle }) => `delete rule ${nat} POSTROUTING handle ${handle}`),
    `flush chain ${nat} ${chain}`,
    `delete chain ${nat} ${chain}`,
  ];
  return { family, text: lines.map((line) => `${line}\n`).join(""), changes, counts: countsOf(changes) };
}
