// The contents of an nftables table, as lines that `nft` accepts after `add`.
// This module is browser-compatible.
import type { Family } from "../../core/index.ts";
import { NFT_FAMILY } from "../nft-family.ts";

/** The counter of an element or a rule. */
export interface Counter {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** An element of an interval set or map. */
export interface Element {
  /** As nft prints it: an address, a CIDR, or `first-last`. */
  readonly key: string;
  /** In a map: `return`, `goto masq`. */
  readonly verdict?: string | undefined;
}

/** A set, or a map from addresses to verdicts. */
export interface NftSet {
  readonly kind: "set" | "map";
  readonly name: string;
  /** Its properties as nft prints them: `type ipv4_addr : verdict`, `flags interval`, `counter`. */
  readonly properties: readonly string[];
  readonly elements: readonly Element[];
}

export interface NftChain {
  readonly name: string;
  /** The hook of a base chain, as nft prints it. */
  readonly hook?: string;
  /** As nft prints them, but with counters as just `counter`. */
  readonly rules: readonly string[];
}

/** The desired state of a table. */
export interface DesiredTable {
  readonly family: Family;
  readonly name: string;
  readonly comment: string;
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

/** An element as text: `10.0.0.0/8 : return`. */
export const formatElement = ({ key, verdict }: Element): string => (verdict ? `${key} : ${verdict}` : key);

/** Whether the elements of a set have counters. */
export const hasCounters = ({ properties }: Pick<NftSet, "properties">): boolean => properties.includes("counter");

/** The beginning of a line of a table: `rule ip ip-masq-agent`. */
export const placeOf = ({ family, name }: Pick<DesiredTable, "family" | "name">, what: string): string =>
  `${what} ${NFT_FAMILY[family]} ${name}`;

/**
 * Everything in a table besides elements, one per line: the table, its sets, its chains and their rules, in the order in
 * which nft lists them.
 */
export function frameOf(table: DesiredTable): string[] {
  return [
    `${placeOf(table, "table")} { comment "${table.comment}"; }`,
    ...table.sets.map(({ kind, name, properties }) => `${placeOf(table, kind)} ${name} { ${properties.join("; ")}; }`),
    ...table.chains.flatMap(({ name, hook, rules }) => [
      `${placeOf(table, "chain")} ${name}${hook ? ` { ${hook} }` : ""}`,
      ...rules.map((rule) => `${placeOf(table, "rule")} ${name} ${rule}`),
    ]),
  ];
}
