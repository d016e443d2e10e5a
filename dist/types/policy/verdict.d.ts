import { type AddressRange } from "../core/index.ts";
export type Verdict = 
/** The packet keeps its source address. */
{
    readonly kind: "keep";
}
/** It gets the address of the interface by which it leaves. */
 | {
    readonly kind: "masquerade";
}
/** It gets one of these addresses. */
 | {
    readonly kind: "snat";
    readonly to: AddressRange;
};
export declare const VERDICT_KINDS: readonly ["keep", "masquerade", "snat"];
export declare const KEEP: Verdict;
export declare const MASQUERADE: Verdict;
/** A verdict in one or two words: `keep`, `masquerade`, `snat 203.0.113.5`. Equal verdicts have equal texts. */
export declare function formatVerdict(verdict: Verdict): string;
/** What happens to an address, for people: `kept`, `masqueraded`, `translated to 203.0.113.5`. */
export declare function describeVerdict(verdict: Verdict): string;
export declare function sameVerdict(a: Verdict, b: Verdict): boolean;
