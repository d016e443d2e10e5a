import { type Aggregate, type Prefix } from "../core/index.ts";
/** An entry of a list, as far as the decision is concerned. */
export interface GroupedEntry {
    readonly prefix: Prefix;
    readonly verdict: string;
    /** The list that it may be moved within; undefined: it stays as it is. */
    readonly list: string | undefined;
    /** Does it take the place of a range with another verdict, which would apply without it? Then it stays. */
    readonly overrides?: boolean;
}
/** Entries of one list that lie directly inside the same entry of another verdict, or inside none. */
export interface Group {
    readonly list: string;
    /** Indexes of the entries. */
    readonly members: readonly number[];
    /** The smallest list of the same addresses; undefined if the members change nothing at all. */
    readonly smallest: Aggregate | undefined;
}
/**
 * Divides entries of which the longest prefix decides. Within a group no entry of another verdict stands between one
 * prefix and another that contains it, and no two halves make up the entry that contains the group: so whatever covers the
 * same addresses decides the same. `fallback` is the verdict of addresses that no entry contains.
 */
export declare function groupsOf(entries: readonly GroupedEntry[], fallback: string): Group[];
