/**
 * Do two CIDRs have addresses in common? They do if one contains the other. Addresses are CIDRs of all their bits.
 *
 * Throws `TypeError` if an argument is no string, and {@link InvalidCidrError} if it is neither a CIDR nor an address.
 *
 * @example
 * ```ts
 * overlaps("10.0.0.0/8", "10.1.0.0/16"); // true
 * overlaps("10.0.0.0/9", "10.128.0.0/9"); // false
 * ```
 */
export declare function overlaps(a: string, b: string): boolean;
