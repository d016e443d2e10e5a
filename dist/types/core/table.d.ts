import { Instance } from "./instance.ts";
import { type PrefixRecords } from "./prefix.ts";
/** What decides where prefixes nest: the first in the list, as in a chain of rules, or the longest, as in a routing table. */
export type Decider = "first" | "longest";
/** Prefixes, ready for lookups. It holds a core of its own, which goes when the table goes. */
export interface PrefixTable {
    /** What the table takes, in bytes. */
    readonly size: number;
    /** For each address the index of the prefix that decides, or -1. */
    lookup(addresses: PrefixRecords): Int32Array;
    /** The same for IPv4 addresses as numbers, `0x0a000001` for 10.0.0.1; the answers come to `answers`. */
    lookupIPv4(addresses: Uint32Array, answers?: Int32Array): Int32Array;
    /** The same for IPv6 addresses as pairs of numbers, the upper 64 bits first. */
    lookupIPv6(addresses: BigUint64Array, answers?: Int32Array): Int32Array;
}
/**
 * Puts good records into the core of `instance` as a table, and answers where it is and what it takes.
 * Throws {@link CoreMemoryError} where it does not fit.
 */
export declare function putTable(instance: Instance, prefixes: PrefixRecords, decider: Decider): {
    at: number;
    size: number;
};
/**
 * Builds a table of good records. O(n); about 100 bytes a prefix while it is built, and 4 to 40 afterwards.
 * Throws {@link CoreMemoryError} where it does not fit.
 */
export declare function buildTable(prefixes: PrefixRecords, decider: Decider): PrefixTable;
