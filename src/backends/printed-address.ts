// Addresses as iptables and nft print them.
// This module is browser-compatible.
import { type AddressRange, parseAddresses } from "../core/index.ts";

/**
 * iptables and nft print addresses with inet_ntop, which uses mixed notation in ::/96 and ::ffff:0:0/96 (`::10.0.0.0`, glibc
 * resolv/inet_ntop.c), while RFC 5952 and Go do not (`::a00:0`).
 */
export function printedAddress(address: string): string {
  const match = /^::(ffff:)?([\da-f]+):([\da-f]+)$/.exec(address);
  if (!match) return address;
  const [high, low] = [match[2], match[3]].map((group) => Number.parseInt(group ?? "", 16)) as [number, number];
  return `::${match[1] ?? ""}${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The same for a network in canonical text, `::a00:0/104`. */
export function printedPrefix(network: string): string {
  const [address = "", bits] = network.split("/");
  return `${printedAddress(address)}/${bits}`;
}

/** Parses a range that a tool prints as `203.0.113.5` or `203.0.113.5-203.0.113.9`; undefined for any other text. */
export function readRange(text: string): AddressRange | undefined {
  const [firstText = "", lastText = firstText, more] = text.split("-");
  const [first, last] = parseAddresses([firstText, lastText]).read;
  if (more !== undefined || !first?.ok || !last?.ok || first.family !== last.family) return undefined;
  const addressOf = (network: string) => network.slice(0, network.indexOf("/"));
  return { family: first.family, first: addressOf(first.network), last: addressOf(last.network) };
}
