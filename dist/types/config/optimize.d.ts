import { type Aggregate } from "../core/index.ts";
import { type Config, type ConfigOptions, type ParsedConfig } from "./config.ts";
/** The list of a config is written in a way that entries cannot be cut out of. */
export declare class ListEditError extends Error {
    name: string;
}
/** A valid config, and how small its list can be. */
export interface OptimizedConfig {
    readonly config: Config;
    /** What becomes of the entries of `config.nonMasqueradeCIDRs`; undefined where the file lists none. */
    readonly list: Aggregate | undefined;
    /** The smallest list. */
    readonly networks: readonly string[];
    /** The config file with that list, and otherwise as it was, byte for byte. */
    readonly text: string;
}
/**
 * Reads a config, whose list may be longer than its cidrLimit, and makes its list the smallest that says the same: all
 * entries have the same verdict, so their order means nothing. A merged entry stands where the first of its parts did.
 * `optimized` is undefined where the config is invalid. Throws {@link ListEditError}.
 */
export declare function optimizeConfig(source: Uint8Array, options: ConfigOptions): {
    parsed: ParsedConfig;
    optimized: OptimizedConfig | undefined;
};
