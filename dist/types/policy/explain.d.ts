import { type Segments } from "../core/index.ts";
import { type Decision, type Packet } from "./decide.ts";
import type { FamilyPolicy } from "./policy.ts";
/** What happens to packets to one address or to the parts of a CIDR, and why. */
export type Explanation = {
    readonly ok: true;
    readonly kind: "address";
    readonly asked: string;
    readonly decision: Decision;
} | {
    readonly ok: true;
    readonly kind: "block";
    readonly asked: string;
    readonly parts: readonly Part[];
} | {
    readonly ok: false;
    readonly asked: string;
};
/** Addresses of a CIDR, both ends included, about which one rule decides. */
export interface Part {
    readonly first: bigint;
    readonly last: bigint;
    readonly decision: Decision;
}
/** What is known of the packets besides their destination. */
export type Known = Omit<Packet, "destination">;
/** Explains addresses and CIDRs under a policy; the answers are in their order. */
export declare function explain(policy: readonly FamilyPolicy[], asked: readonly string[], known?: Known): readonly Explanation[];
/** The index of the segment that an address lies in. O(log n). */
export declare function findSegment(segments: Segments, address: bigint): number;
