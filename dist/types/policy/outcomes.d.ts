import { type Family, type PrefixList, type PrefixRecords } from "../core/index.ts";
import type { FamilyPolicy, PolicyRule } from "./policy.ts";
import type { Scope } from "./scope.ts";
import { type Verdict } from "./verdict.ts";
/** What happens to packets to some destinations if they are in the scope, and why. */
export interface Outcome {
    readonly family: Family;
    readonly verdict: Verdict;
    /** The rule that decides; undefined if none contains the destination. */
    readonly rule: PolicyRule | undefined;
    /** False if the agent keeps no rules for this family, so that every packet keeps its address. */
    readonly managed: boolean;
}
/**
 * All outcomes: those of the rules, then for each family that of a destination which no rule contains. So every address
 * has one.
 */
export interface Outcomes {
    /** Their prefixes, for a lookup of the longest. */
    readonly prefixes: PrefixRecords;
    /** The outcome with this index. */
    at(index: number): Outcome;
    /** Its verdict alone, which is cheap: a list may have a million. */
    verdict(index: number): Verdict;
    /** The scope of the family's packets. */
    readonly scopes: Readonly<Record<Family, Scope>>;
}
/** The outcomes of a policy. */
export declare function outcomesOf(policy: readonly FamilyPolicy[]): Outcomes;
/** The outcomes of a plain list from `file`: what it holds is kept, the rest is masqueraded. Nothing in it is flawed. */
export declare function outcomesOfList(list: PrefixList, file: string, families: readonly Family[]): Outcomes;
/** The source ranges of both families' scopes as one list; what `isWithin` says of an index that a lookup in it returned. */
export interface SourceRanges {
    readonly prefixes: PrefixRecords;
    /** Is an address of the range with this index within its family's scope? */
    isWithin(index: number): boolean;
}
/** The source ranges of the scopes, and behind them all addresses, so that every source has an index. */
export declare function sourceRangesOf({ scopes }: Pick<Outcomes, "scopes">): SourceRanges;
