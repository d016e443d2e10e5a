import { type Prefix } from "../core/index.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Span } from "./document.ts";
/** A destination that keeps the pod's address, and where that was said. */
export interface Destination {
    readonly prefix: Prefix;
    /** As it was written. */
    readonly text: string;
    /** Where it stands in the file; undefined for a default. */
    readonly origin: {
        readonly file: string;
        readonly line: number;
        readonly column: number;
    } | undefined;
    /** The same as offsets in {@link ParsedConfig.text}. */
    readonly span: Span | undefined;
}
/** A valid config, defaults filled in. */
export interface Config {
    readonly nonMasqueradeCIDRs: readonly Destination[];
    readonly cidrLimit: number;
    readonly masqLinkLocal: boolean;
    readonly masqLinkLocalIPv6: boolean;
    /** Nanoseconds; 100 ms at least. */
    readonly resyncInterval: bigint;
}
/** What the flags say about how a config is read. */
export interface ConfigOptions {
    /** The name that diagnostics give the text. */
    readonly file: string;
    /** --enable-ipv6: without it an IPv6 prefix is an error. */
    readonly ipv6: boolean;
    /** --nomasq-all-reserved-ranges: the longer default list. */
    readonly reservedRanges: boolean;
    /** Is a list longer than cidrLimit no error? For who is about to make it shorter. */
    readonly anyLength?: boolean;
}
/** `config` is there exactly when no diagnostic is an error. */
export interface ParsedConfig {
    readonly config: Config | undefined;
    readonly diagnostics: readonly Diagnostic[];
    /** The text without its byte order mark, as the diagnostics' places count it. */
    readonly text: string;
}
/** What applies where there is no config file. */
export declare function defaultConfig(options: ConfigOptions): ParsedConfig;
/**
 * Reads a config file: YAML 1.1, or JSON where it begins with `{`. Bytes must be UTF-8.
 *
 * @example
 * ```ts
 * parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "config", ipv6: false, reservedRanges: false }).config;
 * ```
 */
export declare function parseConfig(source: string | Uint8Array, options: ConfigOptions): ParsedConfig;
/** The text, byte order mark and all, or undefined where it is none. */
export declare function decodeUtf8(bytes: Uint8Array): string | undefined;
