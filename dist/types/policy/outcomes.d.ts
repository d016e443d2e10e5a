import { type Family, type PrefixList, type PrefixRecords } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry, Verdict } from "./policy.ts";
/** What happens to packets to some addresses, and why. */
export interface Outcome {
    readonly family: Family;
    readonly verdict: Verdict;
    /** The entry that decides: the first in the chain that contains the address; undefined where none does. */
    readonly entry: PolicyEntry | undefined;
    /** False where the agent keeps no rules for this family, so nothing is masqueraded. */
    readonly managed: boolean;
}
/**
 * All outcomes, in the order in which they are tried: those of the entries, then for each family that of an address which
 * no entry contains, as the chain's last rule has it. So every address has one.
 */
export interface Outcomes {
    readonly prefixes: PrefixRecords;
    /** The outcome with this index. */
    at(index: number): Outcome;
    /** For each outcome a 1 where its verdict is this one, else a 0. */
    having(verdict: Verdict): Uint8Array;
}
/** The outcomes of a policy. */
export declare function outcomesOf(policy: readonly FamilyPolicy[]): Outcomes;
/** The outcomes of a plain list from `file`: what it holds is returned, the rest is masqueraded. Nothing in it is flawed. */
export declare function outcomesOfList(list: PrefixList, file: string, families: readonly Family[]): Outcomes;
