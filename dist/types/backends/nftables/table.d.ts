import type { Family } from "../../core/index.ts";
/** How many packets an element or a rule has seen. */
export interface Counter {
    readonly packets: bigint;
    readonly bytes: bigint;
}
/** An element of an interval set or map. */
export interface Element {
    /** As nft prints it: an address, a CIDR, or `first-last`. */
    readonly key: string;
    /** Of a map: `return`, `goto masq`. */
    readonly verdict?: string | undefined;
}
/** A set, or a map from addresses to verdicts. */
export interface NftSet {
    readonly kind: "set" | "map";
    readonly name: string;
    /** What it holds, as nft prints it: `type ipv4_addr : verdict`, `flags interval`, `counter`. */
    readonly properties: readonly string[];
    readonly elements: readonly Element[];
}
export interface NftChain {
    readonly name: string;
    /** Where a base chain is hooked in, as nft prints it. */
    readonly hook?: string;
    /** As nft prints them, with `counter` for a counter whatever it has counted. */
    readonly rules: readonly string[];
}
/** A table as it must be. */
export interface DesiredTable {
    readonly family: Family;
    readonly name: string;
    readonly comment: string;
    readonly sets: readonly NftSet[];
    readonly chains: readonly NftChain[];
}
/** An element as text: `10.0.0.0/8 : return`. */
export declare const formatElement: ({ key, verdict }: Element) => string;
/** Does a set count the packets of each element? */
export declare const hasCounters: ({ properties }: Pick<NftSet, "properties">) => boolean;
/** How the lines of a table begin: `rule ip ip-masq-agent`. */
export declare const placeOf: ({ family, name }: Pick<DesiredTable, "family" | "name">, what: string) => string;
/**
 * All that a table holds besides elements, a line each: the table, its sets, its chains and their rules, in the order in
 * which nft lists them.
 */
export declare function frameOf(table: DesiredTable): string[];
