import type { PrefixRecords } from "./prefix.ts";
/** Which address of a line counts: the first in it, the first in a field (from 1), or the first behind `key=`. */
export type AddressPlace = "first" | {
    readonly field: number;
} | {
    readonly key: string;
};
/** Prefixes of which the longest that contains a line's address decides, unless a gate holds the line back. */
export interface LineTable {
    readonly prefixes: PrefixRecords;
    readonly gate?: LineGate | undefined;
}
/**
 * Holds back lines by a second address, their source. A line to which the gate applies and whose source does not pass gets
 * the index `prefixes.length`, or `prefixes.length + 1` if its first address is an IPv6 one. Without a source of its family
 * it gets its index plus `prefixes.length + 2`: what holds for it is not known.
 */
export interface LineGate {
    /** For each index of the prefixes a 1 if the gate applies to lines with it. */
    readonly applies: Uint8Array;
    /** Of these the longest that contains the source decides whether it passes. Every address must lie in one. */
    readonly sources: PrefixRecords;
    /** For each index of `sources` a 1 if such a source passes. */
    readonly passes: Uint8Array;
}
export interface LineReaderOptions {
    readonly place?: AddressPlace;
    /** Where the source of a line stands; needed for gates. */
    readonly source?: AddressPlace;
    /** Lines to copy out: a 1 for each index of the first table whose lines are wanted. */
    readonly wanted?: Uint8Array;
    /** Bytes that are taken in at once, to begin with; a longer line makes it more. */
    readonly chunk?: number;
}
/** Some lines, one behind the other. Valid until the reader goes on. */
export interface LineBatch {
    readonly count: number;
    /** For each table, and in it for each line: the index of the longest prefix that contains the address; -1 for none. */
    readonly indexes: readonly Int32Array[];
    /** The address of a line as it is written there; empty where it has none. */
    address(line: number): string;
    /** A line without its end. */
    text(line: number): string;
}
/**
 * Reads text in chunks of any size and looks up the address of each line in one list of prefixes or more. Memory is
 * bounded by the lists and by the longest line.
 *
 * @example
 * ```ts
 * const reader = new LineReader([{ prefixes: parsePrefixes(["10.0.0.0/8"]).records }]);
 * for (let n = 1; n > 0; ) {
 *   n = readSync(0, reader.room());
 *   reader.filled(n);
 *   for (let batch = reader.next(); batch; batch = reader.next()) console.log(batch.indexes[0]);
 * }
 * ```
 */
export declare class LineReader {
    #private;
    /** Throws {@link CoreMemoryError} if the lists do not fit. */
    constructor(tables: readonly LineTable[], { place, source, wanted, chunk }?: LineReaderOptions);
    /**
     * Where the text's next bytes belong. What was copied must have been taken by then.
     * Throws {@link CoreMemoryError} where a line does not fit.
     */
    room(): Uint8Array<ArrayBuffer>;
    /** Says how many bytes were put there; 0: the text has ended. */
    filled(count: number): void;
    /** The next lines of the text that is there, or undefined where none is whole. */
    next(): LineBatch | undefined;
    /** The lines that were wanted since the last call, byte for byte. Valid until the reader goes on. */
    copied(): Uint8Array<ArrayBuffer>;
}
