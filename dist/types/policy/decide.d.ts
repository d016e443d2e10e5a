import { type Family } from "../core/index.ts";
import { type Outcome, type Outcomes } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
import { type Scope, type ScopeFacts, type ScopePart } from "./scope.ts";
/** A packet, as far as it is known. */
export interface Packet {
    readonly destination: string;
    readonly source?: string | undefined;
    readonly outputInterface?: string | undefined;
}
/** What happens to a packet, and why. */
export interface Decision extends Outcome {
    /** What the verdict depends on and is not known: it holds if the packet is within these, else the packet is kept. */
    readonly dependsOn: readonly ScopePart[];
    /** What leaves the packet out of the scope, so that it passes untouched. */
    readonly outside: ScopePart | undefined;
}
/** The decision about a packet with this outcome. */
export declare function decisionOf(outcome: Outcome, scope: Scope, facts: ScopeFacts): Decision;
/** The same for packets of which all have what is known in common. */
export declare function commonFactsOf(outcomes: Outcomes, known: Omit<Packet, "destination">): (family: Family) => ScopeFacts;
/**
 * Decides about packets, all in one pass through the core; the decisions are in their order, undefined for a packet whose
 * destination is not an address.
 */
export declare function decide(policy: readonly FamilyPolicy[], packets: readonly Packet[]): readonly (Decision | undefined)[];
