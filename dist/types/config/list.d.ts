import { type PrefixList } from "../core/index.ts";
import type { Diagnostic } from "./diagnostic.ts";
/**
 * Is this a plain list, one prefix a line, and not a config? Its first line with something on it tells: a config begins
 * with a bracket, a mark of YAML or a key, which a colon ends; the colons of an IPv6 prefix have something behind them.
 */
export declare function isPlainList(text: Uint8Array): boolean;
/** Reads a plain list. `list` is there exactly when nothing is wrong with any of its entries. */
export declare function parseList(source: Uint8Array, file: string): {
    list: PrefixList | undefined;
    diagnostics: readonly Diagnostic[];
    text: () => string;
};
