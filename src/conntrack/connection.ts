// A connection as the kernel tracks it, and how /proc/net/nf_conntrack and `conntrack -L` write one.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";

/** The addresses and ports of a connection's packets in one direction. */
export interface Tuple {
  /** As it is written there: IPv6 with all its zeros in /proc. */
  readonly source: string;
  readonly destination: string;
  /** Undefined for a protocol without ports. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

export interface Connection {
  readonly family: Family;
  /** `udp`; `unknown` for a protocol that the kernel has no name for. */
  readonly protocolName: string;
  /** Its number in the IP header. */
  readonly protocol: number;
  /** Of protocols that have one: `ESTABLISHED`. */
  readonly state: string | undefined;
  /** As its first packet was sent. */
  readonly original: Tuple;
  /** As answers come in: NAT has changed the others' end of it. */
  readonly reply: Tuple;
  /** Is it in another conntrack zone than the default one, in either direction? */
  readonly zoned: boolean;
  /** Of both directions; undefined unless the kernel counts (nf_conntrack_acct). */
  readonly bytes: number | undefined;
  /** The whole line. */
  readonly text: string;
}

/**
 * Printed by nf_conntrack_standalone.c (`ct_seq_show`), and by libnetfilter_conntrack much the same. The family is missing
 * without `-o extended`; an offloaded connection has no timeout; GRE has two of its own.
 */
const LINE =
  /^(?:(ipv[46]) +\d+ +)?(\S+) +(\d+) (?:\d+ )?(?:timeout=\S+ stream_timeout=\S+ )?(?:([A-Z][A-Z_\d]*) )?src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+) )?(.*?)src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+) )?(.*)$/;

/** A zone of both directions is written at the end, one of a single direction behind its tuple. */
const ZONE = /\bzone(?:-orig|-reply)?=[1-9]|\b(?:orig|reply)-zone=[1-9]/;

const BYTES = /\bbytes=(\d+)/;

const portOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function bytesOf(...parts: readonly string[]): number | undefined {
  const counts = parts.flatMap((part) => BYTES.exec(part)?.[1] ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + Number(count), 0);
}

/** Reads a line; undefined if it is none of a connection, or only part of one. */
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

/** What the destination sees as the source, if it is another than the sender. */
export const translatedTo = ({ original, reply }: Connection): string | undefined =>
  reply.destination === original.source ? undefined : reply.destination;

/** Has another program, such as kube-proxy for a service, changed the destination? */
export const isRedirected = ({ original, reply }: Connection): boolean => reply.source !== original.destination;
