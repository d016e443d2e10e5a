import { type NoPrefix, type Prefix } from "../core/index.ts";
import type { Report, Span, Words } from "./report.ts";
/** An entry of a list as it stands in its file. */
export interface RawCidr {
    readonly text: string;
    readonly span: Span;
    readonly file: string;
    /** From 1. */
    readonly line: number;
    readonly column: number;
    /** Reports about its file. */
    readonly report: Report;
}
/**
 * Reads the entries of a list in one pass through the core. Every bad entry is reported; the answer has a prefix for each
 * entry, in their order, or is undefined if any is bad.
 */
export declare function readCidrs(list: readonly RawCidr[], ipv6: boolean): Prefix[] | undefined;
/** What keeps a text, read as a prefix, out of the rules. */
export declare function findProblem(text: string, read: Prefix | NoPrefix, ipv6: boolean): Problem | undefined;
type Problem = {
    code: "cidr-syntax" | "cidr-unaligned" | "cidr-length-padded" | "cidr-mapped" | "ipv6-disabled";
    /** What a mended entry would be costs far more to find out than that this one is bad. */
    words: () => Words;
};
export {};
