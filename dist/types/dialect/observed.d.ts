import { type ScannedRule } from "../core/index.ts";
/** A chain as the kernel holds it. */
export interface ObservedChain {
    readonly exists: boolean;
    readonly rules: readonly ScannedRule[];
    /** Rules of POSTROUTING that lead to it, whoever made them. */
    readonly jumps: readonly ScannedRule[];
    /** Rules of other chains that lead to it, whole: never ours. */
    readonly references: readonly string[];
}
/** A tool printed something that is not a dump of table nat. */
export declare class UnreadableDumpError extends Error {
    name: string;
}
/**
 * Reads a dump that holds table nat: `iptables-save` (all tables or one, with or without counters), or what `iptables -t
 * nat -S` prints of POSTROUTING and of the chain, one behind the other. With `inline` the counters of `-v` are read too.
 * Throws {@link UnreadableDumpError} where it is none: a tool that prints nothing must not pass for an empty table.
 */
export declare function readObserved(dump: Uint8Array, chain: string, { inline }?: {
    inline?: boolean | undefined;
}): ObservedChain;
/** Rules (`-A CHAIN …`) and the chain where there is one, as `iptables-save -t nat` prints them; {@link readObserved} reads it. */
export declare function formatTable(chain: string, exists: boolean, rules: readonly string[]): string;
/** How many rules of others a dump holds, in all its tables: all but those of the chain and the jumps to it. */
export declare function countOthers(dump: Uint8Array, chain: string): number;
