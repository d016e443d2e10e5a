import { type Family, type Steps } from "../../core/index.ts";
import { type Counter, type Element } from "./table.ts";
/** An element with what it has counted, if its set counts. */
export interface ObservedElement extends Element {
    readonly counter: Counter | undefined;
}
/** A table as the kernel holds it. */
export interface ObservedTable {
    readonly exists: boolean;
    /** All but the elements, a line each, as {@link frameOf} has them; a counter is `counter` whatever it has counted. */
    readonly frame: readonly string[];
    /** What the counters of those lines have counted, by the line. */
    readonly counters: ReadonlyMap<string, Counter>;
    /** The elements of each set and map. */
    readonly elements: ReadonlyMap<string, readonly ObservedElement[]>;
}
export declare const NO_TABLE: ObservedTable;
/** The listing is not that of a table. */
export declare class UnreadableListingError extends Error {
    name: string;
}
/**
 * Reads one table from a listing: `nft list table ip ip-masq-agent`, or a `nft list ruleset` that holds it among others.
 * Whatever stands in the table that is not ours becomes a line of its frame, so that it differs from what is wanted.
 */
export declare function readTable(listing: string, family: Family, name: string): ObservedTable;
/** {@link readTable} in steps. */
export declare function readTableInSteps(listing: string, family: Family, name: string): Steps<ObservedTable>;
