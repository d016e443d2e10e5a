import { type Family } from "./prefix.ts";
/** The addresses from `first` to `last`, both included, in canonical text. */
export interface AddressRange {
    readonly family: Family;
    readonly first: string;
    readonly last: string;
}
/** The blocks that hosts on one link use without being given addresses (RFC 3927, RFC 4291). */
export declare const LINK_LOCAL_CIDRS: {
    readonly ipv4: "169.254.0.0/16";
    readonly ipv6: "fe80::/10";
};
/** `203.0.113.5`, or `203.0.113.5-203.0.113.9`. */
export declare function formatAddressRange({ first, last }: Omit<AddressRange, "family">): string;
/**
 * The fewest CIDRs that cover exactly the addresses from `first` to `last`, in order: at most two of each length.
 *
 * @example
 * ```ts
 * rangeToPrefixes("ipv4", 0x0a000000n, 0x0a000002n); // ["10.0.0.0/31", "10.0.0.2/32"]
 * ```
 */
export declare function rangeToPrefixes(family: Family, first: bigint, last: bigint): string[];
/** Addresses from `first` to `last`, both included, as numbers of 32 or 128 bits. */
export interface Interval {
    readonly first: bigint;
    readonly last: bigint;
}
/** Intervals as people and nft write them, in one pass through the core: an address, a CIDR if it is one, else `first-last`. */
export declare function formatIntervals(family: Family, intervals: readonly Interval[]): string[];
/** The same of one interval. */
export declare function formatRange(family: Family, first: bigint, last: bigint): string;
