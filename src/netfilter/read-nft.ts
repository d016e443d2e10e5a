// Reads tables of nftables with nft.
import type { Family } from "../core/index.ts";
import type { Runner } from "../host/index.ts";
import type { Rule, Tool, Unseen } from "./model.ts";
import { type NftChainItem, type NftItems, readNftItems } from "./nft-json.ts";
import { chainsJumpedTo, isDormant, isPostroutingNat, type NftPlace, readNftTable, readNftTexts } from "./nft-table.ts";
import { type Part, reasonFor, runToRead, textOf } from "./read-part.ts";

export interface Listed {
  /** The chains of all tables; undefined if nft cannot list them. */
  readonly chains: readonly NftChainItem[] | undefined;
  readonly unseen: readonly Unseen[];
}

/** Lists the chains of all tables without rules and set elements: a few milliseconds, regardless of their size. */
export async function listChains(run: Runner): Promise<Listed> {
  try {
    const { chains } = readNftItems([textOf(await runToRead(run, "nft", ["-j", "list", "chains"]))]);
    return { chains, unseen: [] };
  } catch (error) {
    return { chains: undefined, unseen: [{ tool: "nft", what: "the chains of nftables", why: reasonFor(error) }] };
  }
}

/** Tables with more chains than this are read chain by chain: kube-proxy's table has 15,000 chains for 5,000 services. */
export const MAX_WHOLE_TABLE_CHAINS = 64;

/** How a table is read. */
export interface TableReading {
  readonly tool: Extract<Tool, "nft" | "iptables-nft">;
  /** Uses another tool to read the rules that nft shows only in part; returns them by their handles. */
  readonly readKnown?: (items: NftItems) => Promise<ReadonlyMap<number, Rule>>;
}

/** Reads one table with nft. */
export async function readTable(
  run: Runner,
  family: Family,
  place: NftPlace,
  own: readonly NftChainItem[],
  { tool, readKnown }: TableReading = { tool: "nft" },
): Promise<Part> {
  try {
    const { items, listing } =
      own.length <= MAX_WHOLE_TABLE_CHAINS ? await listTable(run, place) : await listReached(run, family, place, own);
    if (isDormant(listing)) return { chains: [], unseen: [] };
    const texts = readNftTexts(listing);
    const known = await readKnown?.(items);
    const source = { ...place, tool, packets: family, texts, ...(known ? { known } : {}) };
    return { chains: readNftTable(items, source), unseen: [] };
  } catch (error) {
    return { chains: [], unseen: [{ tool, what: `table ${place.family} ${place.table}`, why: reasonFor(error) }] };
  }
}

interface ListedTable {
  readonly items: NftItems;
  /** As text, with the handles of rules. */
  readonly listing: string;
}

/** Lists something as JSON and as text: the JSON lacks the text of rules, and the text is ambiguous. */
async function list(run: Runner, what: readonly string[]): Promise<{ json: string; listing: string }> {
  const [json, listing] = await Promise.all([
    runToRead(run, "nft", ["-j", "list", ...what]),
    runToRead(run, "nft", ["-a", "-s", "list", ...what]),
  ]);
  return { json: textOf(json), listing: textOf(listing) };
}

async function listTable(run: Runner, { family, table }: NftPlace): Promise<ListedTable> {
  const { json, listing } = await list(run, ["table", family, table]);
  return { items: readNftItems([json]), listing };
}

/** The maximum number of chains that are listed one by one. */
export const MAX_CHAINS = 200;

/** Lists the chains that packets may reach, one by one, and the sets that their rules use. */
async function listReached(
  run: Runner,
  family: Family,
  { family: tableFamily, table }: NftPlace,
  own: readonly NftChainItem[],
): Promise<ListedTable> {
  const jsons = new Map<string, string>();
  const listings: string[] = [];
  const wanted = own.filter(isPostroutingNat).map(({ name }) => `chain ${name}`);
  for (let what = wanted.pop(); what !== undefined; what = wanted.pop()) {
    if (jsons.has(what)) continue;
    if (jsons.size >= MAX_CHAINS) return listTable(run, { family: tableFamily, table });
    const [kind = "", name = ""] = what.split(" ");
    const { json, listing } = await list(run, [kind, tableFamily, table, name]);
    jsons.set(what, json);
    listings.push(listing);
    const items = readNftItems([...jsons.values()]);
    wanted.push(...namesOf(items, { family: tableFamily, table }, family, json));
  }
  return { items: readNftItems([...jsons.values()]), listing: listings.join("\n") };
}

/** The chains and sets that the rules of a listing refer to: `chain X`, `set Y`, `map Z`. */
function namesOf(items: NftItems, place: NftPlace, packets: Family, json: string): readonly string[] {
  const chains = readNftTable(items, { ...place, tool: "nft", packets }).flatMap(({ chains: read }) => [
    ...read.values(),
  ]);
  const jumps = chains.flatMap((rules) => rules.flatMap(chainsJumpedTo)).map((name) => `chain ${name}`);
  const sets = [...json.matchAll(/"(right|data)":\s*"@([^"]+)"/g)].map(([, where, name]) =>
    where === "data" ? `map ${name}` : `set ${name}`,
  );
  return [...jumps, ...sets];
}
