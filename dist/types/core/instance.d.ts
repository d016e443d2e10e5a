import type { Steps } from "./steps.ts";
/** What assembly/index.ts exports. Pointers and lengths are in bytes; 0 or -1 where a result does not fit in memory. */
interface CoreExports extends Record<string, unknown> {
    readonly memory: {
        readonly buffer: ArrayBuffer;
    };
    reset(): void;
    alloc(size: number): number;
    release(at: number): void;
    parsePrefixes(text: number, ends: number, count: number, want: number, out: number): void;
    formatPrefixes(records: number, count: number, text: number, ends: number): void;
    formatLines(records: number, count: number, text: number): number;
    beginList(records: number): void;
    readList(text: number, length: number, isLast: 0 | 1): number;
    entryCount(): number;
    flawedCount(): number;
    ipv6Count(): number;
    aggregate(records: number, count: number, results: number, parts: number, fates: number): number;
    findCovers(records: number, count: number, out: number): number;
    sortPrefixes(records: number, count: number, out: number): number;
    buildTable(records: number, count: number, byFirst: number): number;
    lookupIPv4(table: number, addresses: number, stride: number, count: number, out: number): void;
    lookupIPv6(table: number, addresses: number, count: number, out: number): void;
    lookupRecords(table: number, records: number, stride: number, count: number, out: number): void;
    segmentsOf(records: number, count: number, family: 4 | 6, byFirst: 0 | 1): number;
    foundSegments(): number;
    diffSegments(a: number, aCount: number, aClasses: number, b: number, bCount: number, bClasses: number, out: number): number;
    scanLines(at: number, end: number, field: number, key: number, keySize: number, lines: number, max: number): number;
    copyLines(lines: number, count: number, at: number, values: number, wanted: number, out: number): number;
    beginScan(name: number, nameLength: number, word: number): void;
    scan(text: number, length: number, offset: number, isLast: 0 | 1): number;
    scanFound(): number;
    scanFindings(): number;
    scannedNat(): number;
    scannedRules(): number;
    scannedBalance(): number;
    diffLines(text: number, ends: number, fromCount: number, toCount: number): number;
    editList(): number;
}
/** The work does not fit in the memory that one core instance may take (1 GiB). */
export declare class CoreMemoryError extends Error {
    name: string;
}
/** Lines or entries on their way into the core: their UTF-8 bytes one behind the other, and where each ends. */
export interface PackedTexts {
    readonly bytes: Uint8Array;
    readonly ends: Uint32Array;
}
/** Packs texts for the core. Lone surrogates become U+FFFD, which no operation of the core accepts as anything. */
export declare function packTexts(texts: readonly string[]): PackedTexts;
/** {@link packTexts} in steps: each packs some of the texts. */
export declare function packTextsInSteps(texts: readonly string[]): Steps<PackedTexts>;
/** One core with its own memory, and the few moves that get data in and out of it. */
export declare class Instance {
    readonly call: CoreExports;
    constructor();
    /** Room for `size` bytes until the next `reset`. Throws {@link CoreMemoryError} where there is none. */
    alloc(size: number): number;
    /** What `work` answers; the room that it takes is given back. */
    scratch<T>(work: () => T): T;
    /** Copies bytes in, and answers where they are. */
    put(data: Uint8Array | Uint32Array | Int32Array | BigUint64Array): number;
    /** Copies bytes to where there is room for them. */
    overwrite(at: number, { buffer, byteOffset, byteLength }: Uint8Array | Uint32Array | Int32Array | BigUint64Array): void;
    /** `length` bytes as they stand there, until the core needs more memory. */
    bytes(at: number, length: number): Uint8Array<ArrayBuffer>;
    /** How many bytes there are in all. */
    get length(): number;
    /** `length` unsigned 32-bit numbers, likewise. */
    words(at: number, length: number): Uint32Array;
    /** `length` signed 32-bit numbers, likewise. */
    ints(at: number, length: number): Int32Array;
    /** Copies text in as UTF-8; answers where it is and how many bytes it has. */
    putText(text: string): {
        at: number;
        length: number;
    };
    /** All that lies in `length` bytes, likewise. */
    view(at: number, length: number): DataView;
    /** A copy of `length` bytes. */
    take(at: number, length: number): Uint8Array;
    /** A copy of `length` signed 32-bit numbers. */
    takeInts(at: number, length: number): Int32Array;
    /** The UTF-8 text of `length` bytes. */
    takeText(at: number, length: number): string;
}
/** The instance for calls whose data dies with them; each begins with `reset`. What must stay takes its own. */
export declare const shared: Instance;
export {};
