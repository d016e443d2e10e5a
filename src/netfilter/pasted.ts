// Reads the hook from pasted output of the tools.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { BaseChain, NatView, Unseen } from "./model.ts";
import { type NftPlace, readNftTable, seesFamily } from "./nft-table.ts";
import { readNftText } from "./nft-text.ts";
import { orderChains } from "./order.ts";
import { NoNatTableError, readXtables } from "./xtables.ts";

export interface PastedTexts {
  /** The output of iptables-save or ip6tables-save; may be empty. */
  readonly iptables: string;
  /** The output of `nft list ruleset`, or parts of it; may be empty. */
  readonly nftables: string;
}

/** Reads the hook as far as these texts show it. Text that cannot be read is reported as unseen. */
export function readPasted(family: Family, { iptables, nftables }: PastedTexts): NatView {
  const chains: BaseChain[] = [];
  const unseen: Unseen[] = [];
  const own = family === "ipv4" ? "ip" : "ip6";
  if (iptables.trim() !== "") {
    try {
      chains.push(readXtables(iptables, { tool: "iptables-nft", family }));
    } catch (error) {
      if (!(error instanceof NoNatTableError)) throw error;
      unseen.push({ tool: "iptables-nft", what: `table ${own} nat`, why: error.message });
    }
  }
  const { items, texts } = readNftText(nftables);
  const places = new Map(
    items.chains
      .filter((chain) => seesFamily(chain.family, family))
      .map((chain) => [`${chain.family} ${chain.table}`, chain as NftPlace]),
  );
  for (const { family: tableFamily, table } of places.values()) {
    const isIptables = table === "nat" && tableFamily === own;
    // iptables-save shows more of it.
    if (isIptables && chains.length > 0) continue;
    const tool = isIptables ? "iptables-nft" : "nft";
    chains.push(...readNftTable(items, { tool, family: tableFamily, table, packets: family, texts }));
  }
  return { family, groups: orderChains(chains), localAddresses: undefined, unseen };
}
