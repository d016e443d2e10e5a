import { type Steps } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import { type OwnedElement } from "./elements.ts";
import type { DesiredTable } from "./table.ts";
/** The table of a policy. */
export interface PolicyTable extends DesiredTable {
    /** The elements that count packets by destination, each with the policy's rule that it carries out. */
    readonly destinations: readonly OwnedElement[];
    /** The same for those that bind packets, if any do. */
    readonly kept: readonly OwnedElement[];
}
/** Names of the table's sets and chains. Those of verdict chains are in translate.ts. */
export declare const DESTINATIONS = "destinations";
export declare const KEPT = "kept";
export declare const SOURCES = "sources";
export declare const POSTROUTING = "postrouting";
/** The table that carries out a policy. */
export declare function desiredTable(policy: FamilyPolicy, name: string): PolicyTable;
/** {@link desiredTable} in steps. */
export declare function desiredTableInSteps(policy: FamilyPolicy, name: string): Steps<PolicyTable>;
