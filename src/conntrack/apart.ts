// Separates the connections that the rules decide from those that they do not.
// This module is browser-compatible.
import {
  addressOf,
  buildTable,
  joinRecords,
  type PrefixRecords,
  parseAddresses,
  parsePrefixes,
  parseRecords,
  rangeToPrefixes,
} from "../core/index.ts";
import type { Connection } from "./connection.ts";

/**
 * Why a connection counts neither as kept nor as translated:
 * `own`: opened by the node itself. Rules see it too, but it is not a pod's.
 * `local`: to the node itself, or never forwarded. It does not reach the chain.
 * `closed`: already closed; for the next connection with these ports the rules decide again.
 * `zoned`: in a conntrack zone of another program, such as Open vSwitch.
 * `unreadable`: its addresses are not valid.
 */
export const APART = ["own", "local", "closed", "zoned", "unreadable"] as const;
export type Apart = (typeof APART)[number];

/** An address of the node. */
export interface OwnAddress {
  readonly address: string;
  /** The address with the prefix length of its network: `192.0.2.1/24`. */
  readonly cidr: string;
  /** Whether it is the first of its family on its interface, which masquerading usually uses. */
  readonly primary: boolean;
}

/** Connections with the addresses that rules match: the source, and the destination after DNAT. */
export interface Sorted {
  readonly connections: readonly Connection[];
  /** For each connection, why the rules do not decide it; undefined if they do. */
  readonly apart: readonly (Apart | undefined)[];
  readonly sources: PrefixRecords;
  readonly destinations: PrefixRecords;
}

/** States in which the kernel treats a SYN as the beginning of a new connection (nf_conntrack_proto_tcp.c). */
const CLOSED = new Set(["TIME_WAIT", "CLOSE", "CLOSED", "TIMEWAIT"]);

/** Never forwarded, or only by multicast routing: loopback, link-local of IPv6, multicast, broadcast. */
const UNFORWARDED = ["127.0.0.0/8", "::1/128", "fe80::/10", "224.0.0.0/4", "ff00::/8", "255.255.255.255/32"];
/** Those of them that are sources of the node's own packets. */
const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** The broadcast addresses of the IPv4 networks, to which nothing is forwarded; a network of one or two addresses has none. */
function broadcastsOf(own: readonly OwnAddress[]): readonly string[] {
  const { records, read } = parsePrefixes(own.map(({ cidr }) => cidr));
  return read.flatMap((prefix, i) => {
    if (!prefix.ok || prefix.family !== "ipv4" || prefix.bits > 30) return [];
    const size = 1n << BigInt(32 - prefix.bits);
    const last = (addressOf(records, i) / size) * size + size - 1n;
    return rangeToPrefixes("ipv4", last, last);
  });
}

/** Returns a lookup for addresses in these prefixes, or equal to these addresses; it yields -1 for others. */
function within(prefixes: readonly string[], addresses: readonly string[]): (records: PrefixRecords) => Int32Array {
  const listed = parseRecords(prefixes, "prefix");
  const table = buildTable(joinRecords(listed, parseAddresses(addresses).records), "longest");
  return (records) => table.lookup(records);
}

/** Returns a function that sorts the connections of a node with these addresses. */
export function createSorter(own: readonly OwnAddress[]): (connections: readonly Connection[]) => Sorted {
  const addresses = own.map(({ address }) => address);
  const isOwn = within(LOOPBACK, addresses);
  const isLocal = within([...UNFORWARDED, ...broadcastsOf(own)], addresses);
  return (connections) => {
    const sources = parseAddresses(connections.map(({ original }) => original.source));
    const destinations = parseAddresses(connections.map(({ reply }) => reply.source));
    const own = isOwn(sources.records);
    const local = isLocal(destinations.records);
    const apart = connections.map(({ zoned, state }, i): Apart | undefined => {
      if (!sources.read[i]?.ok || !destinations.read[i]?.ok) return "unreadable";
      if (zoned) return "zoned";
      if (own[i] !== -1) return "own";
      if (local[i] !== -1) return "local";
      return state !== undefined && CLOSED.has(state) ? "closed" : undefined;
    });
    return { connections, apart, sources: sources.records, destinations: destinations.records };
  };
}
