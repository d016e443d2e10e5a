import { type Aggregate } from "./aggregate.ts";
/** A list that has been read. It holds a core of its own, which goes when the list goes. */
export interface PrefixList {
    /** How many entries it has. */
    readonly length: number;
    /** The lines, from 1, of entries that are no prefix, or one that is unaligned, padded or mapped. */
    readonly flawed: readonly number[];
    /** An entry in canonical text, and its line, from 1. */
    entry(index: number): {
        readonly network: string;
        readonly line: number;
    };
    /** The smallest list that covers the same addresses. Nothing may be flawed. */
    aggregate(): Aggregate;
}
/**
 * Reads UTF-8 text of lines, each a prefix with white space around it or nothing; what follows a `#` does not count.
 * O(n), 24 bytes an entry. Throws {@link CoreMemoryError} where it does not fit.
 */
export declare function readPrefixList(text: Uint8Array): PrefixList;
