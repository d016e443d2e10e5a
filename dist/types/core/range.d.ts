import { type Family } from "./prefix.ts";
/**
 * The fewest CIDRs that cover exactly the addresses from `first` to `last`, in order: at most two of each length.
 *
 * @example
 * ```ts
 * rangeToPrefixes("ipv4", 0x0a000000n, 0x0a000002n); // ["10.0.0.0/31", "10.0.0.2/32"]
 * ```
 */
export declare function rangeToPrefixes(family: Family, first: bigint, last: bigint): string[];
/** A range as a person writes it: one address, a CIDR if it is one, else `first-last`. */
export declare function formatRange(family: Family, first: bigint, last: bigint): string;
