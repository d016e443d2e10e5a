import { type NoPrefix, type Prefix } from "../core/index.ts";
import type { Report, Span } from "./document.ts";
/** One entry as it stands in the file. */
export interface RawCidr {
    readonly text: string;
    readonly span: Span;
    /** From 1, for messages about other entries. */
    readonly line: number;
}
/**
 * Reads and checks a whole list in one pass through the core. Every bad entry is reported; the answer holds the
 * prefixes in the list's order, and none where an entry is bad.
 */
export declare function checkCidrs(list: readonly RawCidr[], ipv6: boolean, report: Report): Prefix[];
/** What keeps a text, read as a prefix, out of the rules. */
export declare function findProblem(text: string, read: Prefix | NoPrefix, ipv6: boolean): Problem | undefined;
type Problem = {
    code: "cidr-syntax" | "cidr-unaligned" | "cidr-length-padded" | "cidr-mapped" | "ipv6-disabled";
    message: string;
    hint: string;
};
export {};
