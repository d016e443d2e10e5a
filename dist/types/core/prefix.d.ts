import { type Instance } from "./instance.ts";
export type Family = "ipv4" | "ipv6";
/** Why a text is no prefix: a closed set, in the order of the codes in assembly/parse.ts. */
declare const PROBLEMS: readonly ["none", "empty", "no-length", "bad-character", "leading-zero", "octet-too-big", "too-short", "too-long", "zone", "bad-length", "length-too-big"];
export type PrefixProblem = Exclude<(typeof PROBLEMS)[number], "none">;
/** A text that is a prefix. */
export interface Prefix {
    readonly ok: true;
    readonly family: Family;
    /** Length in bits: 0 to 32, or 0 to 128. */
    readonly bits: number;
    /** The network in canonical text (RFC 5952), host bits cleared: `10.0.0.0/8`. */
    readonly network: string;
    /** Are all host bits zero? */
    readonly aligned: boolean;
    /** Is the length written with leading zeros (`/08`)? */
    readonly padded: boolean;
    /** Is it an IPv4-mapped IPv6 address (`::ffff:10.0.0.0/104`)? */
    readonly mapped: boolean;
}
/** A text that is none: why, and the offset (in UTF-8 bytes) at which reading it stopped. */
export interface NoPrefix {
    readonly ok: false;
    readonly problem: PrefixProblem;
    readonly at: number;
}
/** Bytes of a record, as in assembly/record.ts. */
export declare const RECORD = 24;
/** Prefixes as the core holds them, 24 bytes each (layout in assembly/record.ts). Opaque outside this room. */
export interface PrefixRecords {
    readonly length: number;
    readonly bytes: Uint8Array;
}
/** What records say that an instance holds. */
export declare function readRecords(instance: Instance, records: number, count: number): (Prefix | NoPrefix)[];
/** Records one behind the other. */
export declare function joinRecords(...parts: readonly PrefixRecords[]): PrefixRecords;
/** The networks of records that an instance holds, in canonical text; empty for bad ones. */
export declare function formatPrefixes(instance: Instance, records: number, count: number): string[];
/**
 * Reads prefixes (`10.0.0.0/8`, `2001:db8::/32`) exactly as Go's `net.ParseCIDR` does (src/net/ip.go).
 * One call for a whole list; the answers are in its order.
 *
 * @example
 * ```ts
 * parsePrefixes(["10.0.0.1/8"]).read[0]; // { ok: true, network: "10.0.0.0/8", aligned: false, … }
 * ```
 */
export declare function parsePrefixes(texts: readonly string[]): {
    records: PrefixRecords;
    read: readonly (Prefix | NoPrefix)[];
};
/**
 * Reads addresses without a length; each is the prefix of all its bits. Zones (`%eth0`) are refused, and an IPv4 address
 * that is mapped into IPv6 (`::ffff:10.0.0.1`) counts as IPv4, as in Go's `net.ParseIP`.
 */
export declare function parseAddresses(texts: readonly string[]): {
    records: PrefixRecords;
    read: readonly (Prefix | NoPrefix)[];
};
/** The canonical text of addresses that are numbers of 32 or 128 bits. */
export declare function formatAddresses(family: Family, addresses: readonly bigint[]): string[];
/** The address of a good record as a number of 32 or 128 bits. */
export declare function addressOf({ bytes }: PrefixRecords, index: number): bigint;
/**
 * For each prefix the index of the longest other one that contains it, or -1. Of equal prefixes the first contains
 * the later ones. All records must be good. O(n).
 */
export declare function findCovers(records: PrefixRecords): Int32Array;
/**
 * The indexes of the prefixes in order: IPv4 first, then by address, then the shorter first. Stable. O(n).
 */
export declare function sortPrefixes(records: PrefixRecords): Int32Array;
export {};
