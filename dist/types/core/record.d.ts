export declare const RECORD = 24;
export declare const FAMILY_AT = 16;
export declare const BITS_AT = 17;
export declare const PROBLEM_AT = 18;
export declare const NOTES_AT = 19;
/** Where in the text reading stopped, 32 bits. */
export declare const STOP_AT = 20;
/** Notes on a good record. */
export declare const UNALIGNED = 1;
export declare const PADDED = 2;
export declare const MAPPED = 4;
/** Why a text is no prefix: a closed set, in the order of the codes in assembly/parse.ts. */
export declare const PROBLEMS: readonly ["none", "empty", "no-length", "bad-character", "leading-zero", "octet-too-big", "too-short", "too-long", "zone", "bad-length", "length-too-big"];
export type PrefixProblem = Exclude<(typeof PROBLEMS)[number], "none">;
/** A text that is none: why, and the offset (in UTF-8 bytes) at which reading it stopped. */
export interface NoPrefix {
    readonly ok: false;
    readonly problem: PrefixProblem;
    readonly at: number;
}
/** Prefixes as the core holds them, 24 bytes each (layout in assembly/record.ts). Opaque outside this module. */
export interface PrefixRecords {
    readonly length: number;
    readonly bytes: Uint8Array;
}
