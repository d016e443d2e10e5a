import { type Family } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry, Verdict } from "./policy.ts";
/** What happens to packets to one address, and why. */
export type Explanation = {
    readonly ok: true;
    readonly address: string;
    readonly family: Family;
    readonly verdict: Verdict;
    /** The entry that decides: the first in the chain that contains the address; undefined where none does. */
    readonly entry: PolicyEntry | undefined;
    /** False where the agent keeps no rules for this family, so nothing is masqueraded. */
    readonly managed: boolean;
} | {
    readonly ok: false;
    readonly address: string;
};
/** Explains addresses under a policy, all in one pass through the core; the answers are in their order. */
export declare function explain(policy: readonly FamilyPolicy[], addresses: readonly string[]): readonly Explanation[];
