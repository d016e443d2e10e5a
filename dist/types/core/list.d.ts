import { type Aggregate } from "./aggregate.ts";
import { type Prefix, type PrefixRecords } from "./prefix.ts";
/** A list that has been read. It holds a core of its own, which goes when the list goes. */
export interface PrefixList {
    /** How many entries it has. */
    readonly length: number;
    /** The lines, from 1, of entries that are no prefix, or one that is unaligned, padded or mapped. */
    readonly flawed: readonly number[];
    /** Is any of them an IPv6 prefix? */
    readonly hasIPv6: boolean;
    /** The lines of those that are. */
    ipv6Lines(): number[];
    /** An entry and its line, from 1. Throws where it is no prefix. */
    entry(index: number): {
        readonly prefix: Prefix;
        readonly line: number;
    };
    /** A copy of all entries, as a table takes them. Nothing may be flawed. */
    records(): PrefixRecords;
    /** The smallest list that covers the same addresses. Nothing may be flawed. */
    aggregate(): Aggregate;
}
/**
 * Reads UTF-8 text of lines, each a prefix with white space around it or nothing; what follows a `#` does not count. An
 * address without a length is the prefix of all its bits. O(n), 24 bytes an entry. Throws {@link CoreMemoryError} where
 * it does not fit.
 */
export declare function readPrefixList(text: Uint8Array): PrefixList;
