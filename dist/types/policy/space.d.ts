import { type Family, type Segments } from "../core/index.ts";
import { type Outcome, type Outcomes } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
/** A family's space, cut where the rule that decides changes. Every segment has an outcome. */
export interface Space {
    readonly segments: Segments;
    /** The outcome of the segment with this index. */
    at(index: number): Outcome;
    readonly outcomes: Outcomes;
}
/** The space of a family under a policy. O(n). */
export declare function spaceOf(policy: readonly FamilyPolicy[], family: Family): Space;
/** Addresses, both ends included, whose verdict differs between two policies. */
export interface SpaceChange {
    readonly first: bigint;
    readonly last: bigint;
    readonly before: Outcome;
    readonly after: Outcome;
}
/** Where the verdicts of two spaces of one family differ, whatever their scopes are. In the order of addresses. O(n). */
export declare function diffSpaces(before: Space, after: Space): readonly SpaceChange[];
