import { type Outcome } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
/** What happens to packets to one address, and why. */
export type Explanation = ({
    readonly ok: true;
    readonly address: string;
} & Outcome) | {
    readonly ok: false;
    readonly address: string;
};
/** Explains addresses under a policy, all in one pass through the core; the answers are in their order. */
export declare function explain(policy: readonly FamilyPolicy[], addresses: readonly string[]): readonly Explanation[];
