// The rules in the postrouting NAT hook of a node, whichever program wrote them.
// This module is browser-compatible.
import type { Family, Interval } from "../core/index.ts";

/** Where a chain is stored: a table of one of the iptables variants, or any other table of nftables. */
export type Tool = "iptables-nft" | "iptables-legacy" | "nft";

/** A chain that the kernel calls in the postrouting NAT hook. */
export interface BaseChain {
  readonly tool: Tool;
  /** The kernel's name for it; chains of `inet` see packets of both families. */
  readonly family: "ip" | "ip6" | "inet";
  readonly table: string;
  readonly chain: string;
  readonly priority: number;
  readonly policy: "accept" | "drop";
  readonly rules: readonly Rule[];
  /** The chains that its rules may jump to, by name. */
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
  /** The number that nft gives it: within one table, a larger one is newer. */
  readonly handle?: number;
}

/** A rule. Its steps run from left to right until a match fails. */
export interface Rule {
  /** As its tool prints it, on one line. */
  readonly text: string;
  readonly steps: readonly Step[];
  readonly comment?: string;
  /** The number that nft gives it. */
  readonly handle?: number;
  /** Its place in its chain, from 1. */
  readonly number: number;
}

export type Step = Match | Statement;

/** Numeric properties of a packet. The bits of `state` and `status` are the kernel's (nf_conntrack_common.h). */
export type NumberField =
  | "source"
  | "destination"
  | "protocol"
  | "sourcePort"
  | "destinationPort"
  | "mark"
  | "connectionMark"
  | "state"
  | "status";

/** Properties of a packet that are names. */
export type NameField = "inputInterface" | "outputInterface";

/** A numeric property of a packet, or some of its bits. */
export interface NumberKey {
  readonly field: NumberField;
  readonly mask?: bigint;
}
export interface NameKey {
  readonly field: NameField;
}
export type Key = NumberKey | NameKey;

/** A condition on the packet. */
export type Match =
  /** The number is in one of these intervals, which are sorted and do not touch. */
  | {
      readonly kind: "number";
      readonly key: NumberKey;
      readonly values: readonly Interval[];
      readonly negated: boolean;
    }
  /** The name matches one of these; a trailing `*` is a wildcard. */
  | { readonly kind: "name"; readonly key: NameKey; readonly patterns: readonly string[]; readonly negated: boolean }
  /** All of these hold. With `negated`, at least one of them does not. */
  | { readonly kind: "all"; readonly of: readonly Match[]; readonly negated: boolean }
  /** At least one of these holds: entries of a set with several keys. With `negated`, none does. */
  | { readonly kind: "any"; readonly of: readonly Match[]; readonly negated: boolean }
  /** The address has one of these types in the kernel's routes. `limited`: only routes of one interface count. */
  | {
      readonly kind: "addressType";
      readonly field: "source" | "destination";
      readonly types: readonly string[];
      readonly limited: boolean;
      readonly negated: boolean;
    }
  | { readonly kind: "constant"; readonly value: boolean }
  /** A match that is not interpreted. `varies`: its result may differ between two runs for one packet, such as a random one. */
  | { readonly kind: "unknown"; readonly name: string; readonly text: string; readonly varies: boolean };

/** What a rule does to a packet. */
export type Statement =
  | Verdict
  | Translate
  | SetMark
  /** A verdict map: the first case whose match holds applies; if none does, the rule ends. */
  | { readonly kind: "verdicts"; readonly cases: readonly { readonly match: Match; readonly verdict: Verdict }[] }
  /** A target that is not interpreted: it may do anything to the packet. */
  | { readonly kind: "unknownTarget"; readonly name: string };

export type Verdict =
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "return" | "accept" | "drop" | "continue" };

/** It sets up NAT, so no later chain runs. The first case whose match holds applies; if none does, the rule ends. */
export interface Translate {
  readonly kind: "translate";
  readonly cases: readonly { readonly match: Match; readonly to: Translation }[];
}

export type Translation =
  /** The address of the output interface. */
  | { readonly kind: "masquerade" }
  /** One of these addresses. */
  | { readonly kind: "range"; readonly first: bigint; readonly last: bigint }
  /** The network part of the source is replaced by that of `network`; bits of `hostMask` stay. */
  | { readonly kind: "network"; readonly network: bigint; readonly hostMask: bigint }
  /** Its current source address: only the port may change, and no other rule can translate it. */
  | { readonly kind: "same" }
  /** An address that is not known. */
  | { readonly kind: "unknown"; readonly text: string };

/** `field = (field & keep) ^ (other & take) ^ flip`, all bits of it. */
export interface SetMark {
  readonly kind: "setMark";
  readonly field: "mark" | "connectionMark";
  readonly keep: bigint;
  /** Bits of the other mark. */
  readonly take: bigint;
  readonly flip: bigint;
  /** Bits whose value is not known. */
  readonly unknown?: bigint;
}

/** Something that could not be read. */
export interface Unseen {
  readonly tool: Tool;
  /** `table ip nat`, `the chains of nftables`. */
  readonly what: string;
  readonly why: string;
}

/** The postrouting NAT hook for packets of one family. */
export interface NatView {
  readonly family: Family;
  /**
   * In the order in which the kernel calls them. Chains of one group have the same priority, and it is not known which of
   * them is called first.
   */
  readonly groups: readonly (readonly BaseChain[])[];
  /** The node's own addresses, as numbers; undefined if they are not known. */
  readonly localAddresses: readonly Interval[] | undefined;
  readonly unseen: readonly Unseen[];
}
