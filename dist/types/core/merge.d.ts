/**
 * The smallest list of CIDRs that covers exactly the same addresses, IPv4 first, in order. What lies inside another goes, and two
 * halves of a CIDR become that CIDR. Addresses are CIDRs of all their bits; host bits are cleared. O(n).
 *
 * Throws `TypeError` if the argument is no array of strings, and {@link InvalidCidrError} for the first that is neither a
 * CIDR nor an address.
 *
 * @example
 * ```ts
 * merge(["10.0.0.0/9", "10.128.0.0/9", "10.1.2.3", "192.0.2.0/24"]); // ["10.0.0.0/8", "192.0.2.0/24"]
 * ```
 */
export declare function merge(list: readonly string[]): string[];
