import type { FamilyPolicy, Verdict } from "../policy/index.ts";
import type { ObservedChain } from "./observed.ts";
/** Table nat sees the first packet of a connection only: packets are connections. */
export interface EntryCounter {
    /** The entry's CIDR; of what no entry decides, the whole family's: `0.0.0.0/0` or `::/0`. */
    readonly cidr: string;
    readonly verdict: Verdict;
    readonly connections: bigint;
}
/** The counters of a chain that was read with them, one for each entry and one for the rest. */
export declare function countersOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[];
