import { type ScannedRule, type Steps } from "../../core/index.ts";
/** A rule of POSTROUTING that leads to the chain. */
export interface ObservedJump extends ScannedRule {
    /** nft's number of it; known only if iptables alone does not suffice to remove the rule. */
    readonly handle?: number;
}
/** A chain as the kernel holds it. */
export interface ObservedChain {
    readonly exists: boolean;
    readonly rules: readonly ScannedRule[];
    /** Rules of POSTROUTING that lead to it, whoever made them; those that can be removed. */
    readonly jumps: readonly ObservedJump[];
    /** Other rules that lead to it, whole: never ours. */
    readonly references: readonly string[];
    /** What a person should know about rules that iptables cannot show or remove. */
    readonly findings?: readonly string[];
}
/** How a rule begins that iptables cannot list, in the words of nft. */
export declare const IN_NFT_WORDS = "# nft: ";
export interface ReadOptions {
    /** Are there the counters of `-v`? */
    readonly inline?: boolean;
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
export declare function readObserved(dump: Uint8Array, chain: string, options?: ReadOptions): ObservedChain;
/** {@link readObserved} in steps. */
export declare function readObservedInSteps(dump: Uint8Array, chain: string, { inline }?: ReadOptions): Steps<ObservedChain>;
/** Rules (`-A CHAIN …`) and the chain where there is one, as `iptables-save -t nat` prints them; {@link readObserved} reads it. */
export declare function formatTable(chain: string, exists: boolean, rules: readonly string[]): string;
/** How many rules of others a dump holds, in all its tables: all but those of the chain and the jumps to it. */
export declare function countOthers(dump: Uint8Array, chain: string): number;
