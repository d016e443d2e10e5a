// Tests whether two CIDRs have addresses in common.
// This module is browser-compatible.
import { singlePair } from "./single.ts";

/**
 * Whether two CIDRs have addresses in common, which means that one contains the other. Addresses count as CIDRs of full
 * length.
 *
 * Throws `TypeError` if an argument is not a string, and {@link InvalidCidrError} if it is neither a CIDR nor an address.
 *
 * @example
 * ```ts
 * overlaps("10.0.0.0/8", "10.1.0.0/16"); // true
 * overlaps("10.0.0.0/9", "10.128.0.0/9"); // false
 * ```
 */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = singlePair();
  first.read(a, "the first CIDR", "either");
  second.read(b, "the second CIDR", "either");
  return first.contains(second) || second.contains(first);
}
