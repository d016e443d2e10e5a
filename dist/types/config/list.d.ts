import { type PrefixList } from "../core/index.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ConfigOptions } from "./model.ts";
/** A list, or what is wrong with it. */
export interface ParsedList {
    /** There exactly when nothing is wrong with any of its entries. */
    readonly list: PrefixList | undefined;
    readonly diagnostics: readonly Diagnostic[];
    /** How many entries are wrong besides those that the diagnostics are about. */
    readonly more: number;
    /** The text that the diagnostics are about. */
    text(): string;
}
/**
 * Is this a plain list, one prefix a line, and not a config? Its first line with something on it tells: a config begins
 * with a bracket, a mark of YAML or a key, which a colon ends; the colons of an IPv6 prefix have something behind them.
 * A text without such a line is a config: one that leaves all as it is.
 */
export declare function isPlainList(text: Uint8Array): boolean;
/**
 * Reads a plain list. An address alone stands for the block of that one; what a config may not have, such as an unaligned
 * prefix, a list may not have either. Of what is wrong the first `most` are diagnosed and the others counted: each costs
 * far more than a good entry, and a file that is no list at all is wrong in every line.
 */
export declare function parseList(source: Uint8Array, { file, ipv6, most }: Pick<ConfigOptions, "file" | "ipv6"> & {
    readonly most?: number;
}): ParsedList;
