/**
 * The smallest list of CIDRs that covers the addresses of `from` without those of `removed`, IPv4 first, in order. Addresses are
 * CIDRs of all their bits; host bits are cleared. O(n).
 *
 * Throws `TypeError` if an argument is no array of strings, and {@link InvalidCidrError} for the first that is neither a
 * CIDR nor an address.
 *
 * @example
 * ```ts
 * subtract(["10.0.0.0/8"], ["10.128.0.0/9"]); // ["10.0.0.0/9"]
 * subtract(["10.0.0.0/30"], ["10.0.0.1"]); // ["10.0.0.0/32", "10.0.0.2/31"]
 * ```
 */
export declare function subtract(from: readonly string[], removed: readonly string[]): string[];
