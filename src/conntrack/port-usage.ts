// Which destinations have used up most of the source ports that NAT may give.
// This module is browser-compatible.
import { addressOf, parseAddresses } from "../core/index.ts";
import type { PortRange } from "../policy/index.ts";
import { type Connection, translatedTo } from "./connection.ts";

/** Connections that share the address that the destination sees, so that their ports must differ. */
export interface PortUsage {
  readonly protocol: string;
  /** The address that the destination sees. */
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** How many ports connections have; one that is closed has its port until the kernel forgets it. */
  used: number;
}

/** Destinations that are counted; beyond that those with fewest connections are forgotten. */
const MOST = 50_000;

export interface PortCounter {
  add(connections: readonly Connection[]): void;
  /** Those with most ports in use. */
  busiest(count: number): readonly PortUsage[];
}

/** Counts ports of all protocols that have some. `own` are the node's addresses: its own connections take ports too. */
export function countPorts(own: readonly { readonly address: string }[]): PortCounter {
  const ours = new Set(own.flatMap(({ address }) => spellingsOf(address)));
  const usage = new Map<string, PortUsage>();
  const prune = () => {
    const counts = [...usage.values()].map(({ used }) => used).sort((a, b) => a - b);
    const least = counts[counts.length >> 1] ?? 0;
    for (const [key, { used }] of usage) if (used <= least) usage.delete(key);
  };
  return {
    add: (connections) => {
      for (const connection of connections) {
        const { protocolName, reply, original, zoned } = connection;
        const port = reply.sourcePort;
        if (port === undefined || zoned) continue;
        // A pod that keeps its address has all ports to itself, and what stays within the node is no matter of NAT.
        const isOwn = ours.has(original.source) && !ours.has(reply.source);
        if (translatedTo(connection) === undefined && !isOwn) continue;
        const key = `${protocolName} ${reply.destination} ${reply.source} ${port}`;
        const found = usage.get(key);
        if (found) found.used++;
        else {
          if (usage.size >= MOST) prune();
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

/** An address as the tool writes it, and as /proc does: IPv6 with all its zeros. */
function spellingsOf(text: string): readonly string[] {
  const { records, read } = parseAddresses([text]);
  const [address] = read;
  if (!address?.ok || address.family === "ipv4") return [text];
  const digits = addressOf(records, 0).toString(16).padStart(32, "0");
  return [canonical(text), digits.replace(/(.{4})(?=.)/g, "$1:")];
}

/** Ports that the kernel draws from unless rules name some, for a connection whose own port is 1024 or more. */
const UNPRIVILEGED: PortRange = { first: 1024, last: 65535 };

/**
 * How many source ports NAT may give for one destination and port. The kernel looks in 1024 to 65535, whatever `ip_local_port_range` says, or
 * in the ranges of the rules (nf_nat_core.c, `nf_nat_l4proto_unique_tuple`); a source port below 1024 stays below 1024.
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
