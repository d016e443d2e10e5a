import type { PrefixRecords } from "./prefix.ts";
/** Which address of a line counts: the first in it, the first in a field (from 1), or the first behind `key=`. */
export type AddressPlace = "first" | {
    readonly field: number;
} | {
    readonly key: string;
};
export interface LineReaderOptions {
    readonly place?: AddressPlace;
    /** Lines to copy out: a 1 for each index of the first list whose lines are wanted. */
    readonly wanted?: Uint8Array;
    /** Bytes that are taken in at once, to begin with; a longer line makes it more. */
    readonly chunk?: number;
}
/** Some lines, one behind the other. Valid until the reader goes on. */
export interface LineBatch {
    readonly count: number;
    /** For each list, and in it for each line: the index of the first prefix that contains the address; -1 for none. */
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
 * const reader = new LineReader([parsePrefixes(["10.0.0.0/8"]).records]);
 * for (let n = 1; n > 0; ) {
 *   n = readSync(0, reader.room());
 *   reader.filled(n);
 *   for (let batch = reader.next(); batch; batch = reader.next()) console.log(batch.indexes[0]);
 * }
 * ```
 */
export declare class LineReader {
    #private;
    /** Throws {@link CoreMemoryError} where the lists do not fit. */
    constructor(lists: readonly PrefixRecords[], { place, wanted, chunk }?: LineReaderOptions);
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
