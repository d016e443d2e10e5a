// Counts, by destination, the source ports that NAT has in use.
// This module is browser-compatible.
import { addressOf, parseAddresses } from "../core/index.ts";
import type { PortRange } from "../policy/index.ts";
import { type Connection, translatedTo } from "./connection.ts";

/** The connections to a destination with the same source address as seen there, so that their source ports must differ. */
export interface PortUsage {
  readonly protocol: string;
  /** The address that the destination sees. */
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** The number of ports in use; a closed connection keeps its port until the kernel removes it. */
  used: number;
}

/** How many destinations are counted; beyond that, those with the fewest connections are dropped. */
const MAX_DESTINATIONS = 50_000;

export interface PortCounter {
  add(connections: readonly Connection[]): void;
  /** The destinations with the most ports in use. */
  busiest(count: number): readonly PortUsage[];
}

/** Counts ports of all protocols with ports. `own` are the node's addresses: its own connections use ports too. */
export function countPorts(own: readonly { readonly address: string }[]): PortCounter {
  const ours = new Set(own.flatMap(({ address }) => spellingsOf(address)));
  const usage = new Map<string, PortUsage>();
  const prune = () => {
    const counts = [...usage.values()].map(({ used }) => used).sort((a, b) => a - b);
    const median = counts[counts.length >> 1] ?? 0;
    for (const [key, { used }] of usage) if (used <= median) usage.delete(key);
  };
  return {
    add: (connections) => {
      for (const connection of connections) {
        const { protocolName, reply, original, zoned } = connection;
        const port = reply.sourcePort;
        if (port === undefined || zoned) continue;
        // A pod that keeps its address has all ports to itself, and connections within the node do not need NAT.
        const isOwn = ours.has(original.source) && !ours.has(reply.source);
        if (translatedTo(connection) === undefined && !isOwn) continue;
        const key = `${protocolName} ${reply.destination} ${reply.source} ${port}`;
        const found = usage.get(key);
        if (found) found.used++;
        else {
          if (usage.size >= MAX_DESTINATIONS) prune();
          const [protocol = "", source = "", destination = ""] = key.split(" ");
          usage.set(key, { protocol, source, destination, port, used: 1 });
        }
      }
    },
    busiest: (count) =>
      [...usage.values()]
        .sort((a, b) => b.used - a.used)
        .slice(0, count)
        .map((one) => ({ ...one, source: canonical(one.source), destination: canonical(one.destination) })),
  };
}

function canonical(text: string): string {
  const [address] = parseAddresses([text]).read;
  return address?.ok ? address.network.replace(/\/\d+$/, "") : text;
}

/** An address as the tool writes it, and as /proc does, which writes IPv6 with all zeros. */
function spellingsOf(text: string): readonly string[] {
  const { records, read } = parseAddresses([text]);
  const [address] = read;
  if (!address?.ok || address.family === "ipv4") return [text];
  const digits = addressOf(records, 0).toString(16).padStart(32, "0");
  return [canonical(text), digits.replace(/(.{4})(?=.)/g, "$1:")];
}

/** The default range of source ports for a connection whose own port is 1024 or more. */
const UNPRIVILEGED: PortRange = { first: 1024, last: 65535 };

/**
 * How many source ports NAT can use for one destination and port. The kernel uses 1024 to 65535, regardless of
 * `ip_local_port_range`, or the ranges of the rules (nf_nat_core.c, `nf_nat_l4proto_unique_tuple`); a source port below 1024
 * stays below 1024.
 */
export function countAvailablePorts(ranges: readonly PortRange[]): number {
  const sorted = [...(ranges.length > 0 ? ranges : [UNPRIVILEGED])].sort((a, b) => a.first - b.first);
  let count = 0;
  let next = 0;
  for (const { first, last } of sorted) {
    const from = Math.max(first, next);
    if (last >= from) count += last - from + 1;
    next = Math.max(next, last + 1);
  }
  return count;
}
