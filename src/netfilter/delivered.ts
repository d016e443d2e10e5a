// Packets that are delivered on the node itself.
// This module is browser-compatible.
import { type Intervals, intersect, subtract, unite } from "./intervals.ts";
import type { NatView } from "./model.ts";
import type { Traffic } from "./traffic.ts";

/** The limited broadcast address, which no router forwards (RFC 919). */
const BROADCAST: Intervals = [{ first: 0xffff_ffffn, last: 0xffff_ffffn }];

/**
 * Whether a packet from elsewhere is addressed to the node itself. The kernel delivers it to a socket after PREROUTING; only
 * packets that the node sends to its own addresses pass through POSTROUTING, through lo.
 */
export function isDelivered(
  { family, localAddresses = [] }: NatView,
  { source = [], destination = [] }: Traffic,
): boolean {
  const own = unite(localAddresses, family === "ipv4" ? BROADCAST : []);
  const isWithin = (some: Intervals) => some.length > 0 && subtract(some, own).length === 0;
  return isWithin(destination) && intersect(source, own).length === 0;
}
