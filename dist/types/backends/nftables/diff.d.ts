import { type Steps } from "../../core/index.ts";
import { type Transaction } from "../transaction.ts";
import { type ObservedTable } from "./observed.ts";
import { type DesiredTable } from "./table.ts";
export interface DiffOptions {
    /** Must the table be written anew, whatever differs? For an edit that nft has refused. */
    readonly anew?: boolean;
}
/**
 * The smallest transaction that makes the table as desired; undefined if it is. Elements are added and deleted one by one,
 * so that those which stay keep their counters. If anything else differs, the table is written anew as a whole, and its
 * counters go on from what was read.
 */
export declare function diffTable(desired: DesiredTable, observed?: ObservedTable, options?: DiffOptions): Transaction | undefined;
/** {@link diffTable} in steps. */
export declare function diffTableInSteps(desired: DesiredTable, observed: ObservedTable, { anew }?: DiffOptions): Steps<Transaction | undefined>;
/** The transaction that removes the table; undefined if there is none. */
export declare function removeTable(table: Pick<DesiredTable, "family" | "name">, observed: ObservedTable): Transaction | undefined;
