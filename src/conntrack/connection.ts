// A connection tracked by the kernel, and the parser for lines of /proc/net/nf_conntrack and `conntrack -L`.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";

/** The addresses and ports of a connection's packets in one direction. */
export interface Tuple {
  /** As in the source: /proc writes IPv6 with all zeros. */
  readonly source: string;
  readonly destination: string;
  /** Undefined for a protocol without ports. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

export interface Connection {
  readonly family: Family;
  /** `udp`; `unknown` if the kernel has no name for the protocol. */
  readonly protocolName: string;
  /** The protocol number in the IP header. */
  readonly protocol: number;
  /** `ESTABLISHED`; undefined for protocols without states. */
  readonly state: string | undefined;
  /** The direction of the first packet, as it was sent. */
  readonly original: Tuple;
  /** The direction of replies, as they arrive: it shows the effect of NAT. */
  readonly reply: Tuple;
  /** Whether it is in a conntrack zone other than the default one, in either direction. */
  readonly zoned: boolean;
  /** The sum of both directions; undefined if the kernel does not count (nf_conntrack_acct). */
  readonly bytes: number | undefined;
  /** The whole line. */
  readonly text: string;
}

/**
 * Printed by nf_conntrack_standalone.c (`ct_seq_show`), and in nearly the same form by libnetfilter_conntrack. The family is
 * missing without `-o extended`; an offloaded connection has no timeout; GRE has two special ones.
 */
const LINE =
  /^(?:(ipv[46]) +\d+ +)?(\S+) +(\d+) (?:\d+ )?(?:timeout=\S+ stream_timeout=\S+ )?(?:([A-Z][A-Z_\d]*) )?src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+) )?(.*?)src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+) )?(.*)$/;

/** A zone for both directions is at the end of the line, one for a single direction after its tuple. */
const ZONE = /\bzone(?:-orig|-reply)?=[1-9]|\b(?:orig|reply)-zone=[1-9]/;

const BYTES = /\bbytes=(\d+)/;

const portOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function bytesOf(...parts: readonly string[]): number | undefined {
  const counts = parts.flatMap((part) => BYTES.exec(part)?.[1] ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + Number(count), 0);
}

/** Parses a line; undefined if it is not a complete line about a connection. */
export function parseConnection(text: string): Connection | undefined {
  const match = LINE.exec(text);
  if (!match) return undefined;
  const [, family, protocolName = "", protocol, state, source = "", destination = "", sport, dport, between = ""] =
    match;
  const [replySource = "", replyDestination = "", replySport, replyDport, rest = ""] = match.slice(10);
  return {
    family: (family as Family | undefined) ?? (source.includes(":") ? "ipv6" : "ipv4"),
    protocolName,
    protocol: Number(protocol),
    state,
    original: { source, destination, sourcePort: portOf(sport), destinationPort: portOf(dport) },
    reply: {
      source: replySource,
      destination: replyDestination,
      sourcePort: portOf(replySport),
      destinationPort: portOf(replyDport),
    },
    zoned: ZONE.test(between) || ZONE.test(rest),
    bytes: text.includes("bytes=") ? bytesOf(between, rest) : undefined,
    text,
  };
}

/** The source address that the destination sees, if it differs from the sender's. */
export const translatedTo = ({ original, reply }: Connection): string | undefined =>
  reply.destination === original.source ? undefined : reply.destination;

/** Whether another program, such as kube-proxy for a service, has changed the destination. */
export const isRedirected = ({ original, reply }: Connection): boolean => reply.source !== original.destination;
