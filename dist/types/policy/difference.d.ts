import type { FamilyPolicy } from "./policy.ts";
/** One thing that changes. */
export interface PolicyChange {
    /**
     * `change`: addresses get another verdict, or a setting another value. `add` and `remove`: an entry comes or goes, and no
     * address gets another verdict by that.
     */
    readonly op: "change" | "add" | "remove";
    /** The addresses, the entry or the setting, and what becomes of it; in one line. */
    readonly text: string;
}
export interface DifferenceOptions {
    /** Are the rules of the first policy entries as a config has them, and not what they were cut to? */
    readonly hasEntries: boolean;
}
/** What changes: verdicts in the order of addresses, then entries, then settings. O(n). */
export declare function diffPolicies(before: FamilyPolicy, after: FamilyPolicy, { hasEntries }: DifferenceOptions): readonly PolicyChange[];
/** What a policy does, as if there had been none. */
export declare function describePolicy({ family, rules, fallback, ...settings }: FamilyPolicy): readonly PolicyChange[];
