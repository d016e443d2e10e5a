import { Instance } from "./instance.ts";
import { type PrefixRecords } from "./prefix.ts";
/**
 * The smallest list, and what became of each prefix of the list it was made of. It holds a core of its own, which goes
 * when it goes.
 */
export interface Aggregate {
    /** How many prefixes the smallest list has. */
    readonly length: number;
    /** The smallest list, sorted, IPv4 first: canonical text, one prefix a line. */
    readonly text: Uint8Array;
    /** One of its lines: of a million most are never asked for. */
    network(index: number): string;
    /** For each prefix of the smallest list how many of the given ones it is made of: 1 for one that stays as it is. */
    readonly parts: Int32Array;
    /**
     * For each given prefix: not negative, it goes, and this is the index of the shortest other one that contains it, of
     * equal ones the first; negative, it is or is a part of the prefix of the smallest list with the index `~fate`.
     */
    readonly fates: Int32Array;
}
/** A change that makes a list smaller; prefixes are indexes, `into` one of the smallest list. */
export type Change = {
    readonly op: "cover";
    readonly index: number;
    readonly by: number;
} | {
    readonly op: "merge";
    readonly indexes: readonly number[];
    readonly into: number;
};
/**
 * The smallest list that covers exactly the same addresses as the given prefixes, which must be good and aligned: what
 * lies inside another goes, and two halves of one prefix become that prefix, again and again. O(n).
 * Throws {@link CoreMemoryError} where it does not fit.
 */
export declare function aggregate({ bytes, length }: PrefixRecords): Aggregate;
/** The same for records that an instance holds already, and holds on to. */
export declare function aggregateAt(instance: Instance, records: number, count: number): Aggregate;
/** How many changes there are. */
export declare function countChanges({ parts, fates }: Aggregate): number;
/** The first changes, at most `limit`, in the order of the given list; a merge stands where its first part does. */
export declare function changesOf({ parts, fates }: Aggregate, limit?: number): Change[];
