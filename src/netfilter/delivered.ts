// Packets that stay on the node.
// This module is browser-compatible.
import { type Intervals, intersect, subtract, unite } from "./intervals.ts";
import type { NatView } from "./model.ts";
import type { Traffic } from "./traffic.ts";

/** All hosts of a network, which no router forwards to (RFC 919). */
const BROADCAST: Intervals = [{ first: 0xffff_ffffn, last: 0xffff_ffffn }];

/**
 * Is a packet from elsewhere for the node itself? The kernel hands it to a socket after PREROUTING; only what the node itself sends
 * to its own addresses leaves by POSTROUTING, through lo.
 */
export function isDelivered(
  { family, localAddresses = [] }: NatView,
  { source = [], destination = [] }: Traffic,
): boolean {
  const own = unite(localAddresses, family === "ipv4" ? BROADCAST : []);
  const isWithin = (some: Intervals) => some.length > 0 && subtract(some, own).length === 0;
  return isWithin(destination) && intersect(source, own).length === 0;
}
