import type { Diagnostic, Omitted } from "./diagnostic.ts";
import type { Config, ConfigOptions, ConfigSource, ReadOptions } from "./model.ts";
/** `config` is there exactly when nothing that is wrong is an error. */
export interface ParsedConfig {
    readonly config: Config | undefined;
    /** What is wrong, file by file, in the order of its places; of each code the first hundred in a file. */
    readonly diagnostics: readonly Diagnostic[];
    /** How many more there are of each code. */
    readonly omitted: readonly Omitted[];
    /** The text of each file without its byte order mark, as the diagnostics' places count it. */
    readonly texts: ReadonlyMap<string, string>;
}
/** What applies if there is no config file. */
export declare function defaultConfig(options: ReadOptions): ParsedConfig;
/**
 * Reads a config file: YAML 1.1, or JSON if it begins with `{`, or a Kubernetes ConfigMap with the config in it. Bytes must
 * be UTF-8.
 *
 * @example
 * ```ts
 * parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "config", ipv6: false, reservedRanges: false }).config;
 * ```
 */
export declare function parseConfig(bytes: string | Uint8Array, { file, ...options }: ConfigOptions): ParsedConfig;
/** Reads a config of several files, which is valid if all of them are: lists unite, other keys must not contradict. */
export declare function parseConfigs(sources: readonly ConfigSource[], options: ReadOptions): ParsedConfig;
