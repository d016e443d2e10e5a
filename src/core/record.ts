// The core's records of prefixes: the offsets in a record (drawn in assembly/record.ts), and why a text may be invalid.
// This module is browser-compatible.

export const RECORD = 24;

export const FAMILY_AT = 16;
export const BITS_AT = 17;
export const PROBLEM_AT = 18;
export const NOTES_AT = 19;
/** The offset in the text where parsing stopped, 32 bits. */
export const STOP_AT = 20;

/** Notes on a valid record. */
export const UNALIGNED = 1;
export const PADDED = 2;
export const MAPPED = 4;

/** Why a text is not a prefix: a closed set, in the order of the codes in assembly/parse.ts. */
export const PROBLEMS = [
  "none",
  "empty",
  "no-length",
  "bad-character",
  "leading-zero",
  "octet-too-big",
  "too-short",
  "too-long",
  "zone",
  "bad-length",
  "length-too-big",
] as const;
export type PrefixProblem = Exclude<(typeof PROBLEMS)[number], "none">;

/** A text that is not a prefix: the reason, and the offset (in UTF-8 bytes) at which parsing stopped. */
export interface NoPrefix {
  readonly ok: false;
  readonly problem: PrefixProblem;
  readonly at: number;
}

/**
 * Prefixes as the core's records, 24 bytes each (layout in assembly/record.ts). Opaque outside this module. Each text has one, also
 * an invalid one. Functions that decide by prefixes refuse the records of invalid texts, and of prefixes with host bits, as the
 * agent's config does.
 */
export interface PrefixRecords {
  readonly length: number;
  readonly bytes: Uint8Array;
}
