// Reads the base chains of the postrouting NAT hook from nft's listing of a table.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { BaseChain, Rule, Statement, Tool, Verdict } from "./model.ts";
import type { NftChainItem, NftItems, NftRuleItem } from "./nft-json.ts";
import { readExpression } from "./nft-statements.ts";

/** The name of an nftables table. */
export interface NftPlace {
  readonly family: "ip" | "ip6" | "inet";
  readonly table: string;
}

export interface NftSource extends NftPlace {
  readonly tool: Extract<Tool, "nft" | "iptables-nft">;
  /** The family of the packets. In an `inet` table, rules for the other family do nothing. */
  readonly packets: Family;
  /** Rules as nft prints them, by their handles. */
  readonly texts?: ReadonlyMap<number, string>;
  /** Rules that another tool read, by their handles. */
  readonly known?: ReadonlyMap<number, Rule>;
}

/** Whether the kernel calls a chain in the postrouting NAT hook. */
export const isPostroutingNat = ({ hook }: NftChainItem): boolean =>
  hook?.type === "nat" && hook.hook === "postrouting";

/** Whether a table sees packets of a family. */
export const seesFamily = (tableFamily: string, family: Family): boolean =>
  tableFamily === "inet" || tableFamily === (family === "ipv4" ? "ip" : "ip6");

/** Reads the base chains of one table, with all chains that they may jump to. */
export function readNftTable(items: NftItems, source: NftSource): readonly BaseChain[] {
  const { tool, family, table } = source;
  const inTable = (one: { family: string; table: string }) => one.family === family && one.table === table;
  const rules = new Map<string, NftRuleItem[]>();
  for (const rule of items.rules.filter(inTable)) {
    const list = rules.get(rule.chain) ?? [];
    list.push(rule);
    rules.set(rule.chain, list);
  }
  const chains = new Map<string, readonly Rule[]>();
  return items.chains.flatMap((chain): BaseChain[] => {
    if (!inTable(chain) || !isPostroutingNat(chain) || !chain.hook) return [];
    const own = readReached(chain.name, rules, chains, items, source);
    const { priority, policy } = chain.hook;
    return [
      {
        ...{ tool, family, table, chain: chain.name, priority, handle: chain.handle },
        policy: policy === "drop" ? "drop" : "accept",
        rules: own,
        chains,
      },
    ];
  });
}

function readReached(
  first: string,
  items: ReadonlyMap<string, readonly NftRuleItem[]>,
  chains: Map<string, readonly Rule[]>,
  all: NftItems,
  source: NftSource,
): readonly Rule[] {
  const wanted = [first];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (chains.has(name)) continue;
    const rules = (items.get(name) ?? []).map((item, i) => readNftRule(item, i + 1, all, source));
    chains.set(name, rules);
    wanted.push(...rules.flatMap(chainsJumpedTo));
  }
  return chains.get(first) ?? [];
}

/** The chains that a rule may jump to. */
export function chainsJumpedTo({ steps }: Rule): readonly string[] {
  const target = (one: Verdict | Statement) => (one.kind === "jump" || one.kind === "goto" ? [one.chain] : []);
  return steps.flatMap((step) =>
    step.kind === "verdicts" ? step.cases.flatMap(({ verdict }) => target(verdict)) : target(step as Statement),
  );
}

export function readNftRule(item: NftRuleItem, number: number, items: NftItems, source: NftSource): Rule {
  const { handle, comment, expressions } = item;
  const known = source.known?.get(handle);
  if (known) return { ...known, number, handle };
  const { family, table, packets, texts } = source;
  const elementsOf = (name: string) => items.sets.get(`${family} ${table} ${name}`);
  const text = texts?.get(handle) ?? JSON.stringify(expressions);
  const steps = expressions.flatMap((one) =>
    readExpression(one, { family: packets, elementsOf }, `${text} # handle ${handle}`),
  );
  return { text, steps, number, handle, ...(comment === undefined ? {} : { comment }) };
}

/** Reads the rules from the output of `nft -a -s list`, by their handles, each on one line. */
export function readNftTexts(listing: string): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  let isInChain = false;
  let lines: string[] = [];
  for (const line of listing.split("\n")) {
    if (/^\t(chain|set|map) /.test(line) || line === "\t}") {
      isInChain = /^\tchain /.test(line);
      lines = [];
      continue;
    }
    const text = line.trim();
    if (!isInChain || (lines.length === 0 && /^(type \w+ hook |comment ")/.test(text))) continue;
    lines.push(text);
    const [, rule = "", handle] = /^(.*) # handle (\d+)$/.exec(lines.join(" ")) ?? [];
    if (handle === undefined) continue;
    texts.set(Number(handle), rule.trim());
    lines = [];
  }
  return texts;
}

/** Whether a table is dormant, so that none of its chains is called, according to its text listing. */
export const isDormant = (listing: string): boolean => /^\tflags [\w,]*\bdormant\b/m.test(listing);
