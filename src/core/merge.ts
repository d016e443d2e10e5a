// Computes the smallest list of CIDRs that covers the same addresses.
// This module is browser-compatible.
import { aggregateAt } from "./aggregate.ts";
import { Instance } from "./instance.ts";
import { readTexts } from "./texts.ts";

/**
 * Returns the smallest list of CIDRs that covers exactly the same addresses, sorted, IPv4 first. Removes CIDRs inside another
 * one, and merges the two halves of a CIDR. Addresses count as CIDRs of full length; host bits are cleared. O(n).
 *
 * Throws `TypeError` if the argument is not an array of strings, and {@link InvalidCidrError} for the first text that is neither
 * a CIDR nor an address.
 *
 * @example
 * ```ts
 * merge(["10.0.0.0/9", "10.128.0.0/9", "10.1.2.3", "192.0.2.0/24"]); // ["10.0.0.0/8", "192.0.2.0/24"]
 * ```
 */
export function merge(list: readonly string[]): string[] {
  const { bytes, length } = readTexts(list, "the list");
  const instance = new Instance();
  const { text } = aggregateAt(instance, instance.put(bytes), length);
  return new TextDecoder().decode(text).split("\n").slice(0, -1);
}
