// Table nat of both iptables variants.
import type { Family } from "../core/index.ts";
import type { Files, Runner, ToolRun } from "../host/index.ts";
import { hasExtensions, isIptablesRule } from "./iptables-rule.ts";
import type { BaseChain, Rule, Tool } from "./model.ts";
import { type NftChainItem, type NftItems, readNftItems } from "./nft-json.ts";
import { isPostroutingNat, type NftPlace } from "./nft-table.ts";
import { MOST_CHAINS, readTable, WHOLE_TABLE } from "./read-nft.ts";
import { type Part, runToRead, textOf, whyNot } from "./read-part.ts";
import { readXtables, readXtablesRule, SRCNAT } from "./xtables.ts";
import { linesOf } from "./xtables-words.ts";

const toolPrefix = (family: Family) => (family === "ipv4" ? "iptables" : "ip6tables");

/**
 * Table nat of iptables-nft, by its own tool: nft shows the options of its matches not at all or not as they are. iptables
 * refuses to show a table with one rule in it that it does not know, or shows that rule wrong; then nft lists it, and
 * iptables its own rules.
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
    return { chains: [], unseen: [{ tool, what: `table ${place.family} nat`, why: whyNot(error) }] };
  };
  const [base, more] = own?.filter(isPostroutingNat) ?? [];
  if (own && (more || base?.name !== "POSTROUTING" || base.hook?.priority !== SRCNAT)) {
    return readByNft(run, family, place, own);
  }
  try {
    const isLarge = own !== undefined && own.length > WHOLE_TABLE;
    // Beside the tool's own reading.
    const whole = own && !isLarge ? listByNft(run, place) : undefined;
    whole?.catch(() => {});
    const text = (isLarge ? await saveReached(run, family, own) : undefined) ?? (await saveTable(run, family));
    // Without nft, an empty output is all that says that there is no table.
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
 * What iptables-save prints of the chains that packets may come to in the hook, read one by one: of kube-proxy's 40,000 rules a
 * handful belong to it. Undefined if they are too many for that.
 *
 * @param own all chains of the table
 */
async function saveReached(run: Runner, family: Family, own: readonly NftChainItem[]): Promise<string | undefined> {
  const names = new Set(own.map(({ name }) => name));
  const reached = new Map<string, readonly string[]>();
  for (let wanted = ["POSTROUTING"]; wanted.length > 0; ) {
    if (reached.size + wanted.length > MOST_CHAINS) return undefined;
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

/** Where a rule may jump to; text in its comment may look the same, which costs a look at one chain too many. */
const targetsOf = (line: string): readonly string[] => [...line.matchAll(/ -[jg] (\S+)/g)].map(([, name = ""]) => name);

const readByNft = (run: Runner, family: Family, place: NftPlace, own: readonly NftChainItem[]) =>
  readTable(run, family, place, own, {
    tool: "iptables-nft",
    readKnown: (items) => rulesOfIptables(run, family, items),
  });

/** Most chains whose rules are compared with what nft shows of them. */
const MOST_COMPARED = 16;

/**
 * Are all rules that packets come to such as iptables writes? It shows others wrong, without a word. Only the first chains are
 * looked at, POSTROUTING among them: a CNI plugin may have one for each pod, and other programs add rules where they find
 * packets.
 *
 * @param whole all rules of the table, if it has few chains
 */
async function isOnlyIptables(
  run: Runner,
  place: NftPlace,
  { chains }: BaseChain,
  whole: Promise<NftItems["rules"]> | undefined,
): Promise<boolean> {
  const compared = [...chains].slice(0, MOST_COMPARED);
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
    return { chains: [], unseen: [{ tool, what, why: whyNot(error) }] };
  }
}

/** Does iptables-nft say that there are tables of the other variant? Undefined if it cannot be asked. */
async function hasLegacyTables(run: Runner, family: Family): Promise<boolean | undefined> {
  // It says so whatever table it is asked for; this one is small.
  const ended = await run(`${toolPrefix(family)}-nft-save`, ["-t", "raw"]).catch(() => undefined);
  return ended?.exit === 0 ? /legacy tables present/.test(ended.stderr) : undefined;
}
