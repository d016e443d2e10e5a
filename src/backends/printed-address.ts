// Addresses as the kernel's tools print them.
// This module is browser-compatible.

/**
 * iptables and nft print addresses with inet_ntop, which writes what lies in ::/96 and ::ffff:0:0/96 in mixed notation
 * (`::10.0.0.0`, glibc resolv/inet_ntop.c), while RFC 5952 and Go do not (`::a00:0`).
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
