import { type NoPrefix, type PrefixProblem, type PrefixRecords } from "./record.ts";
/** A text is not what it must be: a CIDR or an address. */
export declare class InvalidCidrError extends Error {
    name: string;
    /** The text, or its beginning. */
    readonly text: string;
    /** What is wrong with it. */
    readonly problem: PrefixProblem;
    /** The offset at which reading it stopped, in bytes. */
    readonly at: number;
    constructor(text: string, { problem, at }: Omit<NoPrefix, "ok">, wanted: Wanted, index?: number);
}
/** What a text must be. */
export type Wanted = "prefix" | "address" | "either";
/** Throws `TypeError` unless the value is a string. */
export declare function checkText(value: unknown, what: string, wanted: Wanted): asserts value is string;
/** Throws `TypeError` unless the value is an array of strings. */
export declare function checkTexts(value: unknown, what: string): asserts value is readonly string[];
/** Throws `TypeError` unless the value is records of {@link parsePrefixes} or {@link parseAddresses}. */
export declare function checkRecords(value: unknown, what: string, from?: string): asserts value is PrefixRecords;
/** The same, and throws `RangeError` if one is of a text that could not be read. */
export declare function checkGoodRecords(value: unknown, what: string): asserts value is PrefixRecords;
/** Throws `RangeError` unless the value is one of a few words. */
export declare function checkWord<const T extends string>(value: unknown, words: readonly T[], what: string): asserts value is T;
/** Throws `TypeError` unless the value is an array of numbers of this kind with so many elements for each address. */
export declare function checkNumbers<T extends Uint32Array | BigUint64Array | Int32Array>(value: unknown, kind: new (length: number) => T, what: string, { each, least }?: {
    readonly each?: number;
    readonly least?: number;
}): asserts value is T;
