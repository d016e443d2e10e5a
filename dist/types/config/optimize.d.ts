import { type ParsedConfig } from "./config.ts";
import type { Config, ConfigOptions, Destination } from "./model.ts";
/** A list of a config is written in a way that entries cannot be cut out of. */
export declare class ListEditError extends Error {
    name: string;
}
/** A change that makes a list smaller. */
export type ListChange = {
    readonly op: "cover";
    readonly entry: Destination;
    readonly by: Destination;
} | {
    readonly op: "merge";
    readonly entries: readonly Destination[];
    readonly into: string;
} | {
    readonly op: "remove";
    readonly entry: Destination;
};
/** A list of the config, and how small it can be. */
export interface OptimizedList {
    readonly key: ListKey;
    readonly before: number;
    /** The CIDRs of the smaller list. */
    readonly networks: readonly string[];
    readonly changeCount: number;
    /** The changes, at most `limit`. */
    changes(limit?: number): ListChange[];
}
declare const LISTS: readonly ["nonMasqueradeCIDRs", "masqueradeCIDRs"];
type ListKey = (typeof LISTS)[number];
/** A valid config, and how small its lists can be. */
export interface OptimizedConfig {
    readonly config: Config;
    /** The lists that the file has. */
    readonly lists: readonly OptimizedList[];
    /** The config file with these lists, and otherwise as it was, byte for byte. */
    readonly text: string;
}
/**
 * Reads a config, whose lists may be longer than its cidrLimit, and makes them smaller: an entry inside another of the same
 * verdict goes, and two halves become one, unless an entry of another verdict stands between. A merged entry stands where
 * the first of its parts did. `optimized` is undefined if the config is invalid. Throws {@link ListEditError}.
 */
export declare function optimizeConfig(source: Uint8Array, options: ConfigOptions): {
    parsed: ParsedConfig;
    optimized: OptimizedConfig | undefined;
};
export {};
