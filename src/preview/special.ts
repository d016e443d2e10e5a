// Destinations to which a node forwards no packets, whatever its NAT rules say.
import { contains } from "../core/index.ts";

/** A block of such destinations. */
export interface SpecialBlock {
  readonly cidr: string;
  /** The texts at the node and at the destination in the packet's path. */
  readonly node: string;
  readonly destination: string;
  readonly why: string;
}

const LOOPBACK = {
  node: "never gets this packet",
  destination: "the pod itself",
  why: "is loopback: the packet stays in the pod’s own network, and no rule of the node applies to it",
};
const MULTICAST = {
  node: "does not forward it",
  destination: "receivers in the pod’s own network",
  why: "is multicast, which a node forwards only if multicast routing is set up; without it no NAT rule sees the packet",
};

const BLOCKS: readonly SpecialBlock[] = [
  { cidr: "127.0.0.0/8", ...LOOPBACK },
  { cidr: "::1/128", ...LOOPBACK },
  { cidr: "224.0.0.0/4", ...MULTICAST },
  { cidr: "ff00::/8", ...MULTICAST },
  {
    cidr: "255.255.255.255/32",
    node: "does not forward it",
    destination: "hosts in the pod’s own network",
    why: "is broadcast, which is never forwarded; no NAT rule sees the packet",
  },
  {
    cidr: "fe80::/10",
    node: "does not forward it",
    destination: "a neighbour in the pod’s own network",
    why: "is link-local, which is never forwarded; no NAT rule sees the packet",
  },
];

/** Returns the block that contains a whole destination, an address or a CIDR. */
export function specialBlockOf(destination: string): SpecialBlock | undefined {
  return BLOCKS.find(({ cidr }) => contains(cidr, destination));
}
