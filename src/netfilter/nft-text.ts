// Parses the text of `nft list ruleset` into the items that `nft -j` prints, for pasted listings. On a node, the JSON is read,
// which has more details of iptables' extensions.
// This module is browser-compatible.
import type { Json, NftChainItem, NftItems } from "./nft-json.ts";
import { readRuleText } from "./nft-text-rule.ts";
import { readElements } from "./nft-text-values.ts";
import { bare, Words, wordsOf } from "./nft-text-words.ts";

export interface NftText {
  readonly items: NftItems;
  /** The rules as the text has them, by their handles; by number if the text has no handles. */
  readonly texts: ReadonlyMap<number, string>;
}

/** Names of priorities in the hooks of the IP families (nft(8)). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** Reads a series of tables with comments between them. Ignores lines outside of any table. */
export function readNftText(listing: string): NftText {
  const chains: NftChainItem[] = [];
  const rules: NftItems["rules"][number][] = [];
  const sets = new Map<string, readonly Json[]>();
  const texts = new Map<number, string>();
  let handles = 0;
  for (const { family, name: table, blocks, isDormant } of tablesOf(listing)) {
    for (const { kind, name, lines } of isDormant ? [] : blocks) {
      if (kind !== "chain") {
        sets.set(`${family} ${table} ${name}`, elementsIn(lines));
        continue;
      }
      const hook = lines.map(hookOf).find((one) => one !== undefined);
      chains.push({ family, table, name, handle: ++handles, ...(hook ? { hook } : {}) });
      for (const line of joinRules(lines)) {
        const handle = ++handles;
        texts.set(handle, line);
        rules.push({ family, table, chain: name, handle, ...readRuleText(line) });
      }
    }
  }
  return { items: { chains, rules, sets }, texts };
}

/** A chain, a set or a map. */
interface Block {
  readonly kind: string;
  readonly name: string;
  readonly lines: string[];
}

interface Table {
  readonly family: string;
  readonly name: string;
  readonly blocks: Block[];
  isDormant: boolean;
}

function tablesOf(listing: string): readonly Table[] {
  const tables: Table[] = [];
  let block: Block | undefined;
  for (const line of listing.split("\n").map((one) => one.trim())) {
    const [, family, name] = /^table (\w+) (\S+) \{/.exec(line) ?? [];
    if (family !== undefined && name !== undefined) {
      tables.push({ family, name, blocks: [], isDormant: false });
      block = undefined;
      continue;
    }
    const table = tables.at(-1);
    if (!table) continue;
    const [, kind, blockName] = /^(chain|set|map) (\S+) \{/.exec(line) ?? [];
    if (kind !== undefined && blockName !== undefined) {
      block = { kind, name: bare(blockName), lines: [] };
      table.blocks.push(block);
    } else if (line === "}") block = undefined;
    else if (block && line !== "") block.lines.push(line);
    else if (/^flags\b.*\bdormant\b/.test(line)) table.isDormant = true;
  }
  return tables;
}

/** `type nat hook postrouting priority srcnat + 10; policy accept;` */
function hookOf(line: string): NftChainItem["hook"] {
  const [, type = "", hook = "", base = "", sign, offset = "0"] =
    /^type (\w+) hook (\w+) (?:device \S+ )?priority (-?\w+)(?: ([+-]) (\d+))?;/.exec(line) ?? [];
  if (type === "") return undefined;
  const priority = (PRIORITIES[base] ?? Number(base)) + (sign === "-" ? -1 : 1) * Number(offset);
  return { type, hook, priority, policy: /policy (\w+)/.exec(line)?.[1] ?? "accept" };
}

/** The rules of a chain, each on one line. In the text, a rule with a set may span several lines. */
function joinRules(lines: readonly string[]): readonly string[] {
  const rules: string[] = [];
  let open = 0;
  for (const line of lines) {
    if (open === 0 && /^(type \w+ hook |comment "|#)/.test(line)) continue;
    if (open > 0) rules.push(`${rules.pop()} ${line}`);
    else rules.push(line);
    const words = wordsOf(line);
    open += words.filter((word) => word === "{").length - words.filter((word) => word === "}").length;
  }
  return rules;
}

function elementsIn(lines: readonly string[]): readonly Json[] {
  const [, elements] = /\belements = \{(.*)$/s.exec(lines.join(" ")) ?? [];
  return elements === undefined ? [] : readElements(new Words(wordsOf(elements)));
}
