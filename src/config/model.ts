// What a config says, and what the flags say about how it is read.
// This module is browser-compatible.
import type { AddressRange, Prefix } from "../core/index.ts";
import type { ConfigKey } from "./keys.ts";
import type { Span } from "./report.ts";

/** A CIDR of a list, and its place in the config. */
export interface Destination {
  readonly prefix: Prefix;
  /** As it was written. */
  readonly text: string;
  /** Where it stands in the file; undefined for a default. */
  readonly origin: { readonly file: string; readonly line: number; readonly column: number } | undefined;
  /** The same as offsets in the text of that file. */
  readonly span: Span | undefined;
}

/** The name of a network interface, or its beginning and a `*`, and its place in the config. */
export interface OutputInterface {
  readonly name: string;
  readonly origin: Destination["origin"];
}

/** Packets to these destinations get one of the addresses of a range of the same family. */
export interface SnatRule {
  readonly destinations: readonly Destination[];
  readonly to: AddressRange;
  /** Where `to` stands. */
  readonly origin: Destination["origin"];
}

/** A valid config, defaults filled in. */
export interface Config {
  readonly nonMasqueradeCIDRs: readonly Destination[];
  /** Destinations that are masqueraded although they may lie inside one that is kept. */
  readonly masqueradeCIDRs: readonly Destination[];
  /** Only packets from these are masqueraded or translated; empty: from anywhere. */
  readonly sourceCIDRs: readonly Destination[];
  /** Only packets that leave by one of these; empty: by any. */
  readonly outputInterfaces: readonly OutputInterface[];
  /** Destinations to which packets go with certain addresses. */
  readonly snat: readonly SnatRule[];
  /** Must packets that keep their address be bound to it, so that no other program masquerades them? */
  readonly enforceNonMasquerade: boolean;
  readonly cidrLimit: number;
  readonly masqLinkLocal: boolean;
  readonly masqLinkLocalIPv6: boolean;
  /** Nanoseconds; 100 ms at least. */
  readonly resyncInterval: bigint;
}

/** What the flags say about how a config is read. */
export interface ReadOptions {
  /** --enable-ipv6: without it an IPv6 prefix is an error. */
  readonly ipv6: boolean;
  /** --nomasq-all-reserved-ranges: the longer default list. */
  readonly reservedRanges: boolean;
  /** Keys that must not be set, and why. */
  readonly unsupported?: Unsupported;
  /** Is a list longer than cidrLimit no error? For callers that make it shorter. */
  readonly anyLength?: boolean;
}

export type Unsupported = Readonly<Partial<Record<ConfigKey, string>>>;

/** The same for a config of one file. */
export interface ConfigOptions extends ReadOptions {
  /** The name that diagnostics give the text. */
  readonly file: string;
}

/** A config file, or one of several that make up a config. */
export interface ConfigSource {
  /** The name that diagnostics give it. */
  readonly file: string;
  readonly bytes: string | Uint8Array;
}
