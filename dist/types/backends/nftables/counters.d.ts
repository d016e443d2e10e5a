import type { FamilyPolicy } from "../../policy/index.ts";
import type { EntryCounter } from "../backend.ts";
import type { ObservedTable } from "./observed.ts";
/** One for each rule of the policy, the sum of its intervals', and one for the rest. */
export declare function countersOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[];
/** Those that have an interval in the table; that of the rest too if it has a rule. */
export declare function entriesOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[];
