import type { Config, Destination } from "../config/index.ts";
import { type Family, type Prefix } from "../core/index.ts";
import type { PortRange } from "./ports.ts";
/** What happens to a packet: it is left as it is, or it gets the node's address. */
export type Verdict = "return" | "masquerade";
/** One entry of the policy, in the order in which the kernel asks them. */
export interface PolicyEntry {
    readonly prefix: Prefix;
    /** What no entry contains is masqueraded. */
    readonly verdict: "return";
    /** Why it is there. */
    readonly reason: "link-local" | "default" | "config";
    readonly origin: Destination["origin"];
}
/** What one family's chain shall do: the first entry that contains a destination decides; without one it is masqueraded. */
export interface FamilyPolicy {
    readonly family: Family;
    readonly chain: string;
    readonly entries: readonly PolicyEntry[];
    /** Source ports for tcp, udp and sctp, drawn in proportion to the ranges' sizes; empty: the kernel's choice. */
    readonly ports: readonly PortRange[];
    readonly randomFully: boolean;
}
/** What the flags say about the rules. */
export interface PolicyOptions {
    readonly chain: string;
    readonly ipv6: boolean;
    readonly randomFully: boolean;
    readonly ports: readonly PortRange[];
}
/** Decides the policy of each family that the agent keeps: IPv4 always, IPv6 where it is enabled. */
export declare function decide(config: Config, options: PolicyOptions): readonly FamilyPolicy[];
