// Reads the JSON that nft prints: items of tables, and the common parts of expressions.
// This module is browser-compatible.
import { reportedAs } from "../errors/index.ts";

/** Any value in nft's JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** nft printed something other than JSON. */
export class NftJsonError extends reportedAs("nft-output") {}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The only key of an expression and its value: `["match", {…}]`. */
export function kindOf(expression: Json): readonly [kind: string, value: Json] {
  const [entry] = isObject(expression) ? Object.entries(expression) : [];
  return entry ?? ["", null];
}

/** A member of an expression. */
export const memberOf = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) ? value[key] : undefined;

/** The strings in a string or a list; omits all other values. */
export const stringsOf = (value: Json | undefined): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");

export interface NftChainItem {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly handle: number;
  /** Only base chains have these. */
  readonly hook?: { readonly type: string; readonly hook: string; readonly priority: number; readonly policy: string };
}

export interface NftRuleItem {
  readonly chain: string;
  readonly handle: number;
  readonly comment: string | undefined;
  readonly expressions: readonly Json[];
}

/** The contents of some listings, of one table or several. */
export interface NftItems {
  readonly chains: readonly NftChainItem[];
  readonly rules: readonly (NftRuleItem & { readonly family: string; readonly table: string })[];
  /** The elements of sets and maps by `family table name`; those of a map are pairs. */
  readonly sets: ReadonlyMap<string, readonly Json[]>;
}

/** Reads the output of `nft -j list …`. Throws {@link NftJsonError}. */
export function readNftItems(texts: readonly string[]): NftItems {
  const items = texts.flatMap(itemsOf);
  const sets = new Map<string, readonly Json[]>();
  for (const item of items) {
    const set = memberOf(item, "set") ?? memberOf(item, "map");
    if (!isObject(set)) continue;
    const elements = set.elem;
    sets.set(`${set.family} ${set.table} ${set.name}`, Array.isArray(elements) ? elements : []);
  }
  return { chains: items.flatMap(chainOf), rules: items.flatMap(ruleOf), sets };
}

function itemsOf(text: string): readonly Json[] {
  try {
    const { nftables } = JSON.parse(text) as { nftables: Json };
    if (Array.isArray(nftables)) return nftables;
  } catch {
    // Throws the error below.
  }
  throw new NftJsonError(`nft did not print JSON: ${JSON.stringify(text.slice(0, 200))}`);
}

function chainOf(item: Json): NftChainItem[] {
  const chain = memberOf(item, "chain");
  if (!isObject(chain)) return [];
  const { family, table, name, handle, type, hook, prio, policy } = chain;
  const base = { family: String(family), table: String(table), name: String(name), handle: Number(handle) };
  if (hook === undefined) return [base];
  const hooked = { type: String(type), hook: String(hook), priority: Number(prio), policy: String(policy) };
  return [{ ...base, hook: hooked }];
}

function ruleOf(item: Json): NftItems["rules"] {
  const rule = memberOf(item, "rule");
  if (!isObject(rule) || !Array.isArray(rule.expr)) return [];
  const { family, table, chain, handle, comment, expr } = rule;
  return [
    {
      ...{ family: String(family), table: String(table), chain: String(chain), handle: Number(handle) },
      comment: typeof comment === "string" ? comment : undefined,
      expressions: expr as readonly Json[],
    },
  ];
}
