/**
 * Does a CIDR contain an address, or all of another CIDR? An IPv4 CIDR contains no IPv6 address, and the other way round.
 *
 * Throws `TypeError` if an argument is no string, and {@link InvalidCidrError} if it is neither a CIDR nor an address.
 * For many addresses build a {@link PrefixTable} once.
 *
 * @example
 * ```ts
 * contains("10.0.0.0/8", "10.1.2.3"); // true
 * contains("10.0.0.0/8", "10.1.0.0/16"); // true
 * contains("2001:db8::/32", "10.1.2.3"); // false
 * ```
 */
export declare function contains(cidr: string, address: string): boolean;
