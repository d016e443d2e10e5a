// Reads the postrouting NAT hook of this node. This file and the other read-*.ts run tools and read files; they write nothing.
import type { Family } from "../core/index.ts";
import {
  type Files,
  type Host,
  type InterfaceAddress,
  interfaceAddresses,
  openFiles,
  type Runner,
} from "../host/index.ts";
import { localAddresses } from "./addresses.ts";
import type { NatView } from "./model.ts";
import { isPostroutingNat, type NftPlace, seesFamily } from "./nft-table.ts";
import { orderChains } from "./order.ts";
import { readIptablesNft, readLegacy } from "./read-iptables.ts";
import { type Listed, listChains, readTable } from "./read-nft.ts";
import type { Part } from "./read-part.ts";

/** Facts about the node that the tools do not print. */
export interface NodeFacts {
  readonly files: Pick<Files, "read" | "unreadable">;
  readonly addresses: () => Promise<readonly InterfaceAddress[] | undefined>;
}

/** The node that this process runs on. */
export const thisNode = (): NodeFacts => ({ files: openFiles(), addresses: interfaceAddresses });

/**
 * Reads the postrouting NAT hook for each of the families. The view's `unseen` lists what cannot be read.
 */
export async function readNat(
  { run }: Pick<Host, "run">,
  families: readonly Family[],
  facts: NodeFacts = thisNode(),
): Promise<readonly NatView[]> {
  const [listed, addresses] = await Promise.all([listChains(run), facts.addresses()]);
  return Promise.all(
    families.map(async (family) => {
      const parts = await Promise.all([readNftTables(run, family, listed), readLegacy(run, family, facts.files)]);
      return {
        family,
        groups: orderChains(parts.flatMap(({ chains }) => chains)),
        localAddresses:
          addresses &&
          localAddresses(
            family,
            addresses.map(({ address }) => address),
          ),
        unseen: [...listed.unseen, ...parts.flatMap(({ unseen }) => unseen)],
      };
    }),
  );
}

async function readNftTables(run: Runner, family: Family, { chains }: Listed): Promise<Part> {
  if (!chains) return readIptablesNft(run, family, undefined);
  const places = new Map<string, NftPlace>();
  for (const chain of chains) {
    if (!isPostroutingNat(chain) || !seesFamily(chain.family, family)) continue;
    places.set(`${chain.family} ${chain.table}`, chain as NftPlace);
  }
  const parts = await Promise.all(
    [...places.values()].map(({ family: tableFamily, table }) => {
      const own = chains.filter((chain) => chain.family === tableFamily && chain.table === table);
      const isIptables = table === "nat" && tableFamily !== "inet";
      return isIptables
        ? readIptablesNft(run, family, own)
        : readTable(run, family, { family: tableFamily, table }, own);
    }),
  );
  return { chains: parts.flatMap((one) => one.chains), unseen: parts.flatMap((one) => one.unseen) };
}
