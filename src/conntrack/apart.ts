// Which connections the rules have decided about, or will not decide about any more.
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
 * `own`: the node itself opened it. Rules see it too, but it is no pod's.
 * `local`: it ends at the node, or is no packet that is forwarded. It never comes to the chain.
 * `closed`: it is over; the next connection with these ports is judged anew.
 * `zoned`: it is in a conntrack zone of another program, such as Open vSwitch.
 * `unreadable`: its addresses are none.
 */
export const APART = ["own", "local", "closed", "zoned", "unreadable"] as const;
export type Apart = (typeof APART)[number];

/** An address of the node, with the length of its network: `192.0.2.1/24`. */
export interface OwnAddress {
  readonly address: string;
  readonly cidr: string;
  /** Is it the first of its family on its interface, which masquerading mostly uses? */
  readonly primary: boolean;
}

/** Connections that were read, with what rules look at: where they come from, and where they go after DNAT. */
export interface Sorted {
  readonly connections: readonly Connection[];
  /** For each of them; undefined if the rules decide about it. */
  readonly apart: readonly (Apart | undefined)[];
  readonly sources: PrefixRecords;
  readonly destinations: PrefixRecords;
}

/** States in which the kernel takes a first packet for that of a new connection (nf_conntrack_proto_tcp.c). */
const CLOSED = new Set(["TIME_WAIT", "CLOSE", "CLOSED", "TIMEWAIT"]);

/** Never forwarded, or only by multicast routing: loopback, link-local of IPv6, multicast, broadcast. */
const UNFORWARDED = ["127.0.0.0/8", "::1/128", "fe80::/10", "224.0.0.0/4", "ff00::/8", "255.255.255.255/32"];
/** Of these, those that a node's own packets come from. */
const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** The last address of an IPv4 network, to which nothing is forwarded; none of a network of one or two addresses. */
function broadcastsOf(own: readonly OwnAddress[]): readonly string[] {
  const { records, read } = parsePrefixes(own.map(({ cidr }) => cidr));
  return read.flatMap((prefix, i) => {
    if (!prefix.ok || prefix.family !== "ipv4" || prefix.bits > 30) return [];
    const size = 1n << BigInt(32 - prefix.bits);
    const last = (addressOf(records, i) / size) * size + size - 1n;
    return rangeToPrefixes("ipv4", last, last);
  });
}

/** A test for addresses that lie in one of these prefixes. */
function within(prefixes: readonly string[], addresses: readonly string[]): (records: PrefixRecords) => Int32Array {
  const listed = parseRecords(prefixes, "prefix");
  const table = buildTable(joinRecords(listed, parseAddresses(addresses).records), "longest");
  return (records) => table.lookup(records);
}

/** Sorts connections of a node that has these addresses. */
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
