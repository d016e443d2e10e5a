import { type Family, type Steps } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
/** A chain as it must be. Rules are without `-A CHAIN `, in the spelling and order of `iptables-save`. */
export interface DesiredChain {
    readonly family: Family;
    readonly chain: string;
    /** The one rule of POSTROUTING, without `-A POSTROUTING `. */
    readonly jump: string;
    readonly rules: readonly string[];
}
/** The chain of a policy. */
export interface PolicyChain extends DesiredChain {
    /** For each rule the index of the policy's rule that it carries out; that of the fallback is the number of those. */
    readonly owners: readonly number[];
}
/** The rules that carry out a policy. */
export declare function desiredChain(policy: FamilyPolicy): PolicyChain;
/** {@link desiredChain} in steps. */
export declare function desiredChainInSteps(policy: FamilyPolicy): Steps<PolicyChain>;
