import type { Config, Destination } from "../config/index.ts";
import { type Family, type Prefix, type Steps } from "../core/index.ts";
import type { PortRange } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { type Verdict } from "./verdict.ts";
/** What happens to packets to a block of destinations. */
export interface PolicyRule {
    readonly prefix: Prefix;
    readonly verdict: Verdict;
    /** Why it is there. */
    readonly reason: "link-local" | "default" | "config";
    /** Where the config says so; undefined for the other reasons. */
    readonly origin: Destination["origin"];
}
/** The policy of one family: the longest prefix of all rules that contains the destination decides. */
export interface FamilyPolicy {
    readonly family: Family;
    readonly chain: string;
    readonly scope: Scope;
    /** In the order in which they are written; for the decision it means nothing. Equal prefixes have equal verdicts. */
    readonly rules: readonly PolicyRule[];
    /** What happens to packets to destinations that no rule contains. */
    readonly fallback: Verdict;
    /** Source ports for tcp, udp and sctp, drawn in proportion to the ranges' sizes; empty: the kernel's choice. */
    readonly ports: readonly PortRange[];
    readonly randomFully: boolean;
    /** Must packets that keep their address be bound to it, so that nobody else translates them? */
    readonly enforceKeep: boolean;
}
/** What the flags say about the rules. */
export interface PolicyOptions {
    readonly chain: string;
    readonly ipv6: boolean;
    readonly randomFully: boolean;
    readonly ports: readonly PortRange[];
}
/** Makes the policy of each family that the agent keeps: IPv4 always, IPv6 if it is enabled. */
export declare function compilePolicy(config: Config, options: PolicyOptions): readonly FamilyPolicy[];
/** {@link compilePolicy} in steps. */
export declare function compilePolicyInSteps(config: Config, options: PolicyOptions): Steps<readonly FamilyPolicy[]>;
