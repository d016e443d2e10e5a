import type { Family } from "../core/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
/** A chain as it shall be. Rules are without `-A CHAIN `, in the spelling and order of `iptables-save`. */
export interface DesiredChain {
    readonly family: Family;
    readonly chain: string;
    /** The one rule of POSTROUTING, without `-A POSTROUTING `. */
    readonly jump: string;
    readonly rules: readonly string[];
}
/** The rules that carry out a policy. */
export declare function desiredChain(policy: FamilyPolicy): DesiredChain;
