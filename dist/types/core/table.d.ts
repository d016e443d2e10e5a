import type { PrefixRecords } from "./prefix.ts";
/** Prefixes, ready for lookups. It holds a core of its own, which goes when the table goes. */
export interface PrefixTable {
    /** For each address the index of the longest prefix that contains it, or -1. O(log n) each. */
    longest(addresses: PrefixRecords): Int32Array;
    /** For each address the lowest index of all prefixes that contain it, or -1: what a chain of rules does. */
    first(addresses: PrefixRecords): Int32Array;
}
/**
 * Builds a table of good records. O(n log n) time, about 100 bytes a prefix while it is built.
 * Throws {@link CoreMemoryError} where it does not fit.
 */
export declare function buildTable(prefixes: PrefixRecords): PrefixTable;
