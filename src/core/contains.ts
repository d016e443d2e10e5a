// Tests whether a CIDR contains an address.
// This module is browser-compatible.
import { singlePair } from "./single.ts";

/**
 * Whether a CIDR contains an address, or all of another CIDR. An IPv4 CIDR contains no IPv6 addresses, and vice versa.
 *
 * Throws `TypeError` if an argument is not a string, and {@link InvalidCidrError} if it is neither a CIDR nor an address.
 * For many addresses, build a {@link PrefixTable} once.
 *
 * @example
 * ```ts
 * contains("10.0.0.0/8", "10.1.2.3"); // true
 * contains("10.0.0.0/8", "10.1.0.0/16"); // true
 * contains("2001:db8::/32", "10.1.2.3"); // false
 * ```
 */
export function contains(cidr: string, address: string): boolean {
  const [outer, inner] = singlePair();
  outer.read(cidr, "the CIDR", "either");
  inner.read(address, "the address", "either");
  return outer.contains(inner);
}
