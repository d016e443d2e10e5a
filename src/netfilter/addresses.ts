// Converts addresses as the tools print them to numbers.
// This module is browser-compatible.
import { addressOf, type Family, type Interval, parseAddresses } from "../core/index.ts";
import { type Intervals, normalize, only } from "./intervals.ts";

export const bitsOf = (family: Family): number => (family === "ipv4" ? 32 : 128);

/** Parses each text as an address of the family; undefined for any other text. One pass through the core. */
export function readAddresses(family: Family, texts: readonly string[]): readonly (bigint | undefined)[] {
  const { records, read } = parseAddresses(texts);
  return read.map((one, i) => (one.ok && one.family === family ? addressOf(records, i) : undefined));
}

/** The addresses that have the first `length` bits of `address`. */
export function prefixOf(family: Family, address: bigint, length: number): Interval {
  const rest = (1n << BigInt(bitsOf(family) - length)) - 1n;
  const first = address - (address & rest);
  return { first, last: first + rest };
}

/** Some bits of an address, and the values that they must have. */
export interface MaskedAddress {
  readonly mask?: bigint;
  readonly values: Intervals;
}

/**
 * Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9` and `10.0.0.1/255.0.0.255`, which iptables prints if the mask is not a
 * prefix.
 */
export function readAddressBlock(family: Family, text: string): MaskedAddress | undefined {
  const [head = "", length] = text.split("/", 2);
  const [from = "", to] = head.split("-", 2);
  if (length !== undefined && /^\d+$/.test(length)) {
    const [address] = readAddresses(family, [from]);
    if (address === undefined || Number(length) > bitsOf(family)) return undefined;
    return { values: [prefixOf(family, address, Number(length))] };
  }
  const [first, last, mask] = readAddresses(family, [from, to ?? from, length ?? from]);
  if (first === undefined || last === undefined || mask === undefined || last < first) return undefined;
  return length === undefined ? { values: [{ first, last }] } : { mask, values: only(first & mask) };
}

/** Loopback addresses are local to every node. */
const LOOPBACK = { ipv4: { first: 0x7f00_0000n, last: 0x7fff_ffffn }, ipv6: { first: 1n, last: 1n } } as const;

/** Parses the node's addresses of one family. */
export function localAddresses(family: Family, texts: readonly string[]): readonly Interval[] {
  const found = readAddresses(
    family,
    texts.map((text) => text.replace(/%.*$/, "")),
  ).filter((one) => one !== undefined);
  return normalize([LOOPBACK[family], ...found.map((address) => ({ first: address, last: address }))]);
}

/** Multicast addresses. */
export const MULTICAST: Readonly<Record<Family, Interval>> = {
  ipv4: { first: 0xe000_0000n, last: 0xefff_ffffn },
  ipv6: { first: 0xffn << 120n, last: (1n << 128n) - 1n },
};
