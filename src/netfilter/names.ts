// Names of protocols and of connection bits, as the tools print them.
// This module is browser-compatible.

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  egp: 8,
  igp: 9,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  "ipv6-crypt": 50,
  ah: 51,
  "ipv6-auth": 51,
  icmpv6: 58,
  "ipv6-icmp": 58,
  ospf: 89,
  pim: 103,
  comp: 108,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  mobility: 135,
  udplite: 136,
};

/** Protocols whose header begins with a source and a destination port. */
export const PORT_PROTOCOLS = ["tcp", "udp", "sctp", "dccp", "udplite"] as const;

/** The number of a protocol that is given by name or by number. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) < 256 ? Number(text) : undefined;
  return Object.hasOwn(PROTOCOLS, text.toLowerCase()) ? PROTOCOLS[text.toLowerCase()] : undefined;
}

/** The state of a packet's connection, as bits in nftables' order. */
export const STATE_BITS: Readonly<Record<string, bigint>> = {
  invalid: 1n,
  established: 2n,
  related: 4n,
  new: 8n,
  untracked: 64n,
};

/** The bits of `ct->status` (include/uapi/linux/netfilter/nf_conntrack_common.h). */
export const STATUS_BITS: Readonly<Record<string, bigint>> = {
  expected: 1n,
  "seen-reply": 2n,
  assured: 4n,
  confirmed: 8n,
  snat: 16n,
  dnat: 32n,
  dying: 512n,
};
