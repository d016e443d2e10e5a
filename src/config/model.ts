// The data types of a config, and the options for reading it.
// This module is browser-compatible.
import type { AddressRange, Prefix } from "../core/index.ts";
import type { ConfigKey } from "./keys.ts";
import type { Span } from "./report.ts";

/** A CIDR of a list, and its position in the config. */
export interface Destination {
  readonly prefix: Prefix;
  /** As written in the config. */
  readonly text: string;
  /** Its position in the file; undefined for a default. */
  readonly origin: { readonly file: string; readonly line: number; readonly column: number } | undefined;
  /** The position as offsets in the text of that file. */
  readonly span: Span | undefined;
}

/** The name of a network interface, or a prefix and a `*`, and its position in the config. */
export interface OutputInterface {
  readonly name: string;
  readonly origin: Destination["origin"];
}

/** Packets to these destinations get an address from a range of the same family. */
export interface SnatRule {
  readonly destinations: readonly Destination[];
  readonly to: AddressRange;
  /** The position of `to`. */
  readonly origin: Destination["origin"];
}

/** A valid config with defaults filled in. */
export interface Config {
  readonly nonMasqueradeCIDRs: readonly Destination[];
  /** Destinations that are masqueraded even if they lie inside one that is kept. */
  readonly masqueradeCIDRs: readonly Destination[];
  /** Only packets from these are masqueraded or translated; empty: from anywhere. */
  readonly sourceCIDRs: readonly Destination[];
  /** Only packets that leave through one of these are masqueraded or translated; empty: through any. */
  readonly outputInterfaces: readonly OutputInterface[];
  /** Destinations whose packets are translated to given addresses. */
  readonly snat: readonly SnatRule[];
  /** Whether to bind packets that keep their address to it, so that no other program masquerades them. */
  readonly enforceNonMasquerade: boolean;
  readonly cidrLimit: number;
  readonly masqLinkLocal: boolean;
  readonly masqLinkLocalIPv6: boolean;
  /** In nanoseconds; at least 100 ms. */
  readonly resyncInterval: bigint;
}

/** The flags that affect how a config is read. */
export interface ReadOptions {
  /** --enable-ipv6: without it an IPv6 prefix is an error. */
  readonly ipv6: boolean;
  /** --nomasq-all-reserved-ranges: the longer default list. */
  readonly reservedRanges: boolean;
  /** Keys that must not be set, and why. */
  readonly unsupported?: Unsupported;
  /** Whether to allow lists longer than cidrLimit, for callers that shorten them. */
  readonly anyLength?: boolean;
}

export type Unsupported = Readonly<Partial<Record<ConfigKey, string>>>;

/** The options for a config in a single file. */
export interface ConfigOptions extends ReadOptions {
  /** The file name in diagnostics. */
  readonly file: string;
}

/** A config file, or one of several that form a config. */
export interface ConfigSource {
  /** The file name in diagnostics. */
  readonly file: string;
  readonly bytes: string | Uint8Array;
}
