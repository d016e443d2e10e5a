import type { Family, PrefixRecords } from "./prefix.ts";
import type { Decider } from "./table.ts";
/**
 * Disjoint segments that cover the whole space of a family in order. Each ends where the next begins, and neighbours have
 * different owners. Addresses are numbers of 32 or 128 bits.
 */
export interface Segments {
    readonly family: Family;
    /** At least 1. */
    readonly length: number;
    /** For each segment the index of the prefix that decides, -1 if none does. */
    readonly owners: Int32Array;
    first(index: number): bigint;
    last(index: number): bigint;
    /** As the core holds them; opaque outside this module. */
    readonly bytes: Uint8Array;
}
/** A range of addresses whose answer differs between two lists, and the owners there. */
export interface SegmentDifference {
    readonly first: bigint;
    readonly last: bigint;
    readonly before: number;
    readonly after: number;
}
/**
 * Cuts the space of `family` along those of the prefixes, which must be good, that belong to it. O(n).
 * Throws {@link CoreMemoryError} if they do not fit.
 *
 * @example
 * ```ts
 * const { records } = parsePrefixes(["10.0.0.0/8", "10.1.0.0/16"]);
 * [...segmentsOf(records, "ipv4", "longest").owners]; // [-1, 0, 1, 0, -1]
 * ```
 */
export declare function segmentsOf(prefixes: PrefixRecords, family: Family, decider: Decider): Segments;
/**
 * Where two lists of segments of one family differ, in the order of addresses. `classes` have a number for each owner from
 * -1 on (so that of owner 0 is the second): addresses differ if the classes of their owners do. O(n).
 * Throws {@link CoreMemoryError} if they do not fit.
 */
export declare function diffSegments(before: Segments, after: Segments, classes: {
    readonly before: Int32Array;
    readonly after: Int32Array;
}): SegmentDifference[];
