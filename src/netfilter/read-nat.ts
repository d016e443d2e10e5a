// Reads the postrouting NAT hook of this node: the only file here with effects. Nothing is written.
import type { Family } from "../core/index.ts";
import {
  type Files,
  type Host,
  type InterfaceAddress,
  interfaceAddresses,
  openFiles,
  type Runner,
  ToolError,
  type ToolRun,
} from "../host/index.ts";
import { localAddresses } from "./addresses.ts";
import { hasExtensions, isIptablesRule } from "./iptables-rule.ts";
import type { BaseChain, NatView, Rule, Tool, Unseen } from "./model.ts";
import { type NftChainItem, type NftItems, NftJsonError, readNftItems } from "./nft-json.ts";
import {
  chainsLedTo,
  isDormant,
  isPostroutingNat,
  type NftPlace,
  readNftTable,
  readNftTexts,
  seesFamily,
} from "./nft-table.ts";
import { orderChains } from "./order.ts";
import { NoNatTableError, readXtables, readXtablesRule, SRCNAT } from "./xtables.ts";
import { linesOf } from "./xtables-words.ts";

/** What reading needs to know besides what tools print. */
export interface NodeFacts {
  readonly files: Pick<Files, "read" | "unreadable">;
  readonly addresses: () => Promise<readonly InterfaceAddress[] | undefined>;
}

/** The node that this process runs on. */
export const thisNode = (): NodeFacts => ({ files: openFiles(), addresses: interfaceAddresses });

/**
 * Reads what runs in the postrouting NAT hook for each of the families. What cannot be read is in `unseen` of the view.
 */
export async function readNat(
  { run }: Pick<Host, "run">,
  families: readonly Family[],
  facts: NodeFacts = thisNode(),
): Promise<readonly NatView[]> {
  const addresses = await facts.addresses();
  const listed = await listChains(run);
  return Promise.all(
    families.map(async (family) => {
      const parts = await Promise.all([readNftTables(run, family, listed), readLegacy(run, family, facts)]);
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

/** What was read, and what was not. */
interface Part {
  readonly chains: readonly BaseChain[];
  readonly unseen: readonly Unseen[];
}

const textOf = ({ stdout }: ToolRun) => new TextDecoder().decode(stdout);

function whyNot(error: unknown): string {
  if (error instanceof ToolError && error.reason === "missing")
    return `${error.command.split(" ")[0]} is not installed`;
  if (error instanceof ToolError || error instanceof NoNatTableError || error instanceof NftJsonError)
    return error.message;
  throw error;
}

/** Runs a tool. Throws {@link ToolError} also if it fails. */
async function read(run: Runner, name: string, args: readonly string[]): Promise<ToolRun> {
  const ended = await run(name, args, { large: true });
  if (ended.exit === 0) return ended;
  throw new ToolError("failed", ended.command, ended.exit, ended.stderr, `exit ${ended.exit}`);
}

interface Listed {
  /** The chains of all tables; undefined if nft cannot say. */
  readonly chains: readonly NftChainItem[] | undefined;
  readonly unseen: readonly Unseen[];
}

/** Lists the chains of all tables, without rules and without elements of sets: some milliseconds, whatever they hold. */
async function listChains(run: Runner): Promise<Listed> {
  try {
    const { chains } = readNftItems([textOf(await read(run, "nft", ["-j", "list", "chains"]))]);
    return { chains, unseen: [] };
  } catch (error) {
    return { chains: undefined, unseen: [{ tool: "nft", what: "the chains of nftables", why: whyNot(error) }] };
  }
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

const toolPrefix = (family: Family) => (family === "ipv4" ? "iptables" : "ip6tables");

/**
 * Table nat of iptables-nft, by its own tool: nft shows the options of its matches not at all or not as they are. iptables
 * refuses to show a table with one rule in it that it does not know, or shows that rule wrong; then nft lists it, and
 * iptables its own rules.
 *
 * @param own the chains of the table; undefined if nft cannot list them
 */
async function readIptablesNft(run: Runner, family: Family, own: readonly NftChainItem[] | undefined): Promise<Part> {
  const tool: Tool = "iptables-nft";
  const place: NftPlace = { family: family === "ipv4" ? "ip" : "ip6", table: "nat" };
  const unseen = (error: unknown): Part => {
    return { chains: [], unseen: [{ tool, what: `table ${place.family} nat`, why: whyNot(error) }] };
  };
  const [base, more] = own?.filter(isPostroutingNat) ?? [];
  if (own && (more || base?.name !== "POSTROUTING" || base.hook?.priority !== SRCNAT)) {
    return readTable(run, family, place, own, tool);
  }
  try {
    const text = textOf(await read(run, `${toolPrefix(family)}-nft-save`, ["-t", "nat"]));
    // Without nft, an empty output is all that says that there is no table.
    if (!own && text.trim() === "") return { chains: [], unseen: [] };
    const chain = readXtables(text, { tool, family });
    if (own && !(await isOnlyIptables(run, place, chain))) return readTable(run, family, place, own, tool);
    return { chains: [base ? { ...chain, handle: base.handle } : chain], unseen: [] };
  } catch (error) {
    const part = unseen(error);
    return own ? readTable(run, family, place, own, tool) : part;
  }
}

/** Most chains whose rules are compared with what nft shows of them. */
const MOST_COMPARED = 16;

/**
 * Are all rules that packets come to such as iptables writes? It shows others wrong, without a word. Only the first chains are
 * looked at, POSTROUTING among them: a CNI plugin may have one for each pod, and other programs add rules where they find
 * packets.
 */
async function isOnlyIptables(run: Runner, { family, table }: NftPlace, { chains }: BaseChain): Promise<boolean> {
  const compared = [...chains].slice(0, MOST_COMPARED);
  const answers = await Promise.all(
    compared.map(async ([name, rules]) => {
      const listed = await read(run, "nft", ["-j", "list", "chain", family, table, name]);
      const items = readNftItems([textOf(listed)]).rules;
      return items.length === rules.length && items.every(({ expressions }) => isIptablesRule(expressions));
    }),
  );
  return answers.every((answer) => answer);
}

/** Tables with more chains than this are read chain by chain: that of a kube-proxy with 5,000 services has 15,000. */
const WHOLE_TABLE = 64;

/** One table, by nft. */
async function readTable(
  run: Runner,
  family: Family,
  place: NftPlace,
  own: readonly NftChainItem[],
  tool: Extract<Tool, "nft" | "iptables-nft"> = "nft",
): Promise<Part> {
  try {
    const { items, listing } =
      own.length <= WHOLE_TABLE ? await listTable(run, place) : await listReached(run, family, place, own);
    if (isDormant(listing)) return { chains: [], unseen: [] };
    const texts = readNftTexts(listing);
    const known = tool === "iptables-nft" ? await rulesOfIptables(run, family, items) : undefined;
    const source = { ...place, tool, packets: family, texts, ...(known ? { known } : {}) };
    return { chains: readNftTable(items, source), unseen: [] };
  } catch (error) {
    return { chains: [], unseen: [{ tool, what: `table ${place.family} ${place.table}`, why: whyNot(error) }] };
  }
}

interface ListedTable {
  readonly items: NftItems;
  /** As text, with the handles of rules. */
  readonly listing: string;
}

/** Data and text of what is listed: the data has no text of rules, and text cannot be told apart for certain. */
async function list(run: Runner, what: readonly string[]): Promise<{ json: string; listing: string }> {
  const [json, listing] = await Promise.all([
    read(run, "nft", ["-j", "list", ...what]),
    read(run, "nft", ["-a", "-s", "list", ...what]),
  ]);
  return { json: textOf(json), listing: textOf(listing) };
}

async function listTable(run: Runner, { family, table }: NftPlace): Promise<ListedTable> {
  const { json, listing } = await list(run, ["table", family, table]);
  return { items: readNftItems([json]), listing };
}

/** Most chains that are listed one by one. */
const MOST_CHAINS = 200;

/** The chains that packets may come to, one by one, and the sets that their rules name. */
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
    if (jsons.size >= MOST_CHAINS) return listTable(run, { family: tableFamily, table });
    const [kind = "", name = ""] = what.split(" ");
    const { json, listing } = await list(run, [kind, tableFamily, table, name]);
    jsons.set(what, json);
    listings.push(listing);
    const items = readNftItems([...jsons.values()]);
    wanted.push(...namesOf(items, { family: tableFamily, table }, family, json));
  }
  return { items: readNftItems([...jsons.values()]), listing: listings.join("\n") };
}

/** What the rules of one listing lead to: `chain X`, `set Y`, `map Z`. */
function namesOf(items: NftItems, place: NftPlace, packets: Family, json: string): readonly string[] {
  const chains = readNftTable(items, { ...place, tool: "nft", packets }).flatMap(({ chains: read }) => [
    ...read.values(),
  ]);
  const led = chains.flatMap((rules) => rules.flatMap(chainsLedTo)).map((name) => `chain ${name}`);
  const sets = [...json.matchAll(/"(right|data)":\s*"@([^"]+)"/g)].map(([, where, name]) =>
    where === "data" ? `map ${name}` : `set ${name}`,
  );
  return [...led, ...sets];
}

/** Most rules that are asked for one by one. */
const MOST_RULES = 100;

/**
 * Rules of a table that iptables does not show as a whole, by their handles: a chain without a rule that it does not know is
 * shown, and in others a single rule by its place.
 */
async function rulesOfIptables(run: Runner, family: Family, items: NftItems): Promise<ReadonlyMap<number, Rule>> {
  const known = new Map<number, Rule>();
  const names = new Set(items.chains.map(({ name }) => name));
  const show = async (args: readonly string[]): Promise<readonly string[]> => {
    const ended = await run(`${toolPrefix(family)}-nft`, ["-t", "nat", "-S", ...args]).catch(() => undefined);
    const lines = ended?.exit === 0 ? linesOf(textOf(ended)) : [];
    return lines.flatMap((line) => /^-A \S+ ([\s\S]*)$/.exec(line)?.[1] ?? []);
  };
  let asked = 0;
  for (const name of names) {
    const rules = items.rules.filter(({ chain }) => chain === name);
    const isWanted = rules.map(({ expressions }) => hasExtensions(expressions) && isIptablesRule(expressions));
    if (!isWanted.includes(true)) continue;
    const specs = await show([name]);
    for (const [i, { handle }] of rules.entries()) {
      if (!isWanted[i]) continue;
      let spec = specs.length === rules.length ? specs[i] : undefined;
      if (spec === undefined && asked++ < MOST_RULES) [spec] = await show([name, String(i + 1)]);
      if (spec !== undefined)
        known.set(
          handle,
          readXtablesRule(spec, i + 1, family, (one) => names.has(one)),
        );
    }
  }
  return known;
}

/** Where the kernel names the tables that iptables-legacy has made. To ask the tool would make them. */
const LEGACY_TABLES = { ipv4: "/proc/net/ip_tables_names", ipv6: "/proc/net/ip6_tables_names" } as const;

async function readLegacy(run: Runner, family: Family, { files }: NodeFacts): Promise<Part> {
  const tool: Tool = "iptables-legacy";
  const what = `table ${family === "ipv4" ? "ip" : "ip6"} nat`;
  const path = LEGACY_TABLES[family];
  const names = files.read(path);
  const why = files.unreadable().find((one) => one.startsWith(`${path}: `));
  const isPresent = why === undefined ? names?.split("\n").includes("nat") : await hasLegacyTables(run, family);
  if (isPresent === undefined && why !== undefined) return { chains: [], unseen: [{ tool, what, why }] };
  if (!isPresent) return { chains: [], unseen: [] };
  try {
    const text = textOf(await read(run, `${toolPrefix(family)}-legacy-save`, ["-t", "nat"]));
    return { chains: [readXtables(text, { tool, family })], unseen: [] };
  } catch (error) {
    return { chains: [], unseen: [{ tool, what, why: whyNot(error) }] };
  }
}

/** Does iptables-nft say that there are tables of the other variant? Undefined if it cannot be asked. */
async function hasLegacyTables(run: Runner, family: Family): Promise<boolean | undefined> {
  // It says so whatever table it is asked for; this one is small.
  const ended = await run(`${toolPrefix(family)}-nft-save`, ["-t", "raw"]).catch(() => undefined);
  return ended?.exit === 0 ? /legacy tables present/.test(ended.stderr) : undefined;
}
