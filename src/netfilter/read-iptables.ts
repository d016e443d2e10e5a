// Reads table nat of both iptables variants.
import type { Family } from "../core/index.ts";
import type { Files, Runner, ToolRun } from "../host/index.ts";
import { hasExtensions, isIptablesRule } from "./iptables-rule.ts";
import type { BaseChain, Rule, Tool } from "./model.ts";
import { type NftChainItem, type NftItems, readNftItems } from "./nft-json.ts";
import { isPostroutingNat, type NftPlace } from "./nft-table.ts";
import { MAX_CHAINS, MAX_WHOLE_TABLE_CHAINS, readTable } from "./read-nft.ts";
import { type Part, reasonFor, runToRead, textOf } from "./read-part.ts";
import { readXtables, readXtablesRule, SRCNAT } from "./xtables.ts";
import { linesOf } from "./xtables-words.ts";

const toolPrefix = (family: Family) => (family === "ipv4" ? "iptables" : "ip6tables");

/**
 * Reads table nat of iptables-nft with iptables, because nft omits the options of its matches or shows them incorrectly. If the
 * table has a rule that iptables does not know, iptables refuses to show the table or shows that rule incorrectly; then nft
 * lists the table, and iptables shows its own rules.
 *
 * @param own the chains of the table; undefined if nft cannot list them
 */
export async function readIptablesNft(
  run: Runner,
  family: Family,
  own: readonly NftChainItem[] | undefined,
): Promise<Part> {
  const tool: Tool = "iptables-nft";
  const place: NftPlace = { family: family === "ipv4" ? "ip" : "ip6", table: "nat" };
  const unseen = (error: unknown): Part => {
    return { chains: [], unseen: [{ tool, what: `table ${place.family} nat`, why: reasonFor(error) }] };
  };
  const [base, more] = own?.filter(isPostroutingNat) ?? [];
  if (own && (more || base?.name !== "POSTROUTING" || base.hook?.priority !== SRCNAT)) {
    return readByNft(run, family, place, own);
  }
  try {
    const isLarge = own !== undefined && own.length > MAX_WHOLE_TABLE_CHAINS;
    // Runs at the same time as iptables-save.
    const whole = own && !isLarge ? listByNft(run, place) : undefined;
    whole?.catch(() => {});
    const text = (isLarge ? await saveReached(run, family, own) : undefined) ?? (await saveTable(run, family));
    // Without nft, only the empty output shows that there is no table.
    if (!own && text.trim() === "") return { chains: [], unseen: [] };
    const chain = readXtables(text, { tool, family });
    if (own && !(await isOnlyIptables(run, place, chain, whole))) return readByNft(run, family, place, own);
    return { chains: [base ? { ...chain, handle: base.handle } : chain], unseen: [] };
  } catch (error) {
    const part = unseen(error);
    return own ? readByNft(run, family, place, own) : part;
  }
}

const saveTable = async (run: Runner, family: Family) =>
  textOf(await runToRead(run, `${toolPrefix(family)}-nft-save`, ["-t", "nat"]));

/**
 * Builds the output of iptables-save for only the chains that packets may reach in the hook, read one by one: only a few of
 * kube-proxy's 40,000 rules belong to it. Undefined if there are too many such chains.
 *
 * @param own all chains of the table
 */
async function saveReached(run: Runner, family: Family, own: readonly NftChainItem[]): Promise<string | undefined> {
  const names = new Set(own.map(({ name }) => name));
  const reached = new Map<string, readonly string[]>();
  for (let wanted = ["POSTROUTING"]; wanted.length > 0; ) {
    if (reached.size + wanted.length > MAX_CHAINS) return undefined;
    const listed = await Promise.all(
      wanted.map((name) => runToRead(run, `${toolPrefix(family)}-nft`, ["-t", "nat", "-S", name])),
    );
    for (const [i, name] of wanted.entries()) reached.set(name, linesOf(textOf(listed[i] as ToolRun)));
    const led = wanted.flatMap((name) => (reached.get(name) ?? []).flatMap(targetsOf));
    wanted = [...new Set(led)].filter((name) => names.has(name) && !reached.has(name));
  }
  const lines = [...reached.values()].flat();
  const policy = lines.flatMap((line) => /^-P POSTROUTING (\S+)$/.exec(line)?.[1] ?? [])[0] ?? "ACCEPT";
  const chains = [...names].map((name) => `:${name} ${name === "POSTROUTING" ? policy : "-"} [0:0]`);
  return ["*nat", ...chains, ...lines.filter((line) => line.startsWith("-A ")), "COMMIT", ""].join("\n");
}

/** The chain that a rule may jump to. Text in its comment may look the same; then one chain too many is read. */
const targetsOf = (line: string): readonly string[] => [...line.matchAll(/ -[jg] (\S+)/g)].map(([, name = ""]) => name);

const readByNft = (run: Runner, family: Family, place: NftPlace, own: readonly NftChainItem[]) =>
  readTable(run, family, place, own, {
    tool: "iptables-nft",
    readKnown: (items) => rulesOfIptables(run, family, items),
  });

/** The maximum number of chains whose rules are compared with nft's listing of them. */
const MAX_COMPARED = 16;

/**
 * Whether iptables can have written all rules that packets reach; it shows others incorrectly without a warning. Checks only the
 * first chains, including POSTROUTING: a CNI plugin may have a chain for each pod, and other programs add their rules to the
 * chains that all packets pass.
 *
 * @param whole all rules of the table, if it has few chains
 */
async function isOnlyIptables(
  run: Runner,
  place: NftPlace,
  { chains }: BaseChain,
  whole: Promise<NftItems["rules"]> | undefined,
): Promise<boolean> {
  const compared = [...chains].slice(0, MAX_COMPARED);
  const listed = await (whole ?? Promise.all(compared.map(([name]) => listByNft(run, place, name))));
  const all = listed.flat();
  return compared.every(([name, rules]) => {
    const items = all.filter(({ chain }) => chain === name);
    return items.length === rules.length && items.every(({ expressions }) => isIptablesRule(expressions));
  });
}

/** The rules of a table, or of one chain of it, as nft shows them. */
async function listByNft(run: Runner, { family, table }: NftPlace, chain?: string): Promise<NftItems["rules"]> {
  const what = chain === undefined ? ["table", family, table] : ["chain", family, table, chain];
  return readNftItems([textOf(await runToRead(run, "nft", ["-j", "list", ...what]))]).rules;
}

/** The maximum number of rules that are read one by one. */
const MAX_RULES = 100;

/**
 * Reads the rules of a table that iptables cannot show as a whole, by their handles. iptables still shows chains whose rules it
 * all knows, and single rules of other chains by their number.
 */
async function rulesOfIptables(run: Runner, family: Family, items: NftItems): Promise<ReadonlyMap<number, Rule>> {
  const known = new Map<number, Rule>();
  const names = new Set(items.chains.map(({ name }) => name));
  const show = async (args: readonly string[]): Promise<readonly string[]> => {
    const ended = await run(`${toolPrefix(family)}-nft`, ["-t", "nat", "-S", ...args]).catch(() => undefined);
    const lines = ended?.exit === 0 ? linesOf(textOf(ended)) : [];
    return lines.flatMap((line) => /^-A \S+ ([\s\S]*)$/.exec(line)?.[1] ?? []);
  };
  let queries = 0;
  for (const name of names) {
    const rules = items.rules.filter(({ chain }) => chain === name);
    const isWanted = rules.map(({ expressions }) => hasExtensions(expressions) && isIptablesRule(expressions));
    if (!isWanted.includes(true)) continue;
    const specs = await show([name]);
    for (const [i, { handle }] of rules.entries()) {
      if (!isWanted[i]) continue;
      let spec = specs.length === rules.length ? specs[i] : undefined;
      if (spec === undefined && queries++ < MAX_RULES) [spec] = await show([name, String(i + 1)]);
      if (spec !== undefined)
        known.set(
          handle,
          readXtablesRule(spec, i + 1, family, (one) => names.has(one)),
        );
    }
  }
  return known;
}

/** Where the kernel lists the tables that iptables-legacy has created. Running the tool itself would create them. */
const LEGACY_TABLES = { ipv4: "/proc/net/ip_tables_names", ipv6: "/proc/net/ip6_tables_names" } as const;

export async function readLegacy(
  run: Runner,
  family: Family,
  files: Pick<Files, "read" | "unreadable">,
): Promise<Part> {
  const tool: Tool = "iptables-legacy";
  const what = `table ${family === "ipv4" ? "ip" : "ip6"} nat`;
  const path = LEGACY_TABLES[family];
  const names = files.read(path);
  const why = files.unreadable().find((one) => one.startsWith(`${path}: `));
  const isPresent = why === undefined ? names?.split("\n").includes("nat") : await hasLegacyTables(run, family);
  if (isPresent === undefined && why !== undefined) return { chains: [], unseen: [{ tool, what, why }] };
  if (!isPresent) return { chains: [], unseen: [] };
  try {
    const text = textOf(await runToRead(run, `${toolPrefix(family)}-legacy-save`, ["-t", "nat"]));
    return { chains: [readXtables(text, { tool, family })], unseen: [] };
  } catch (error) {
    return { chains: [], unseen: [{ tool, what, why: reasonFor(error) }] };
  }
}

/** Whether iptables-nft reports tables of the other variant; undefined if it cannot run. */
async function hasLegacyTables(run: Runner, family: Family): Promise<boolean | undefined> {
  // It reports them with every table; this one is small.
  const ended = await run(`${toolPrefix(family)}-nft-save`, ["-t", "raw"]).catch(() => undefined);
  return ended?.exit === 0 ? /legacy tables present/.test(ended.stderr) : undefined;
}
