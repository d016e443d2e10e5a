import type { FamilyPolicy } from "../../policy/index.ts";
import type { EntryCounter } from "../backend.ts";
import type { ObservedChain } from "./observed.ts";
/** The counters of a chain that was read with them, one for each rule of the policy and one for the rest. */
export declare function countersOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[];
/** The counters of those that have a rule in the chain. */
export declare function entriesOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[];
