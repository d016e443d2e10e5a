// Makes the `conntrack -D` commands that delete certain connections and no others, with as few commands as possible.
// This module is browser-compatible.
import { addressOf, type Family, parseAddresses, parsePrefixes } from "../core/index.ts";
import type { Decision } from "../policy/index.ts";
import { type Connection, isRedirected } from "./connection.ts";

/** The criteria of one command, all of which the tool compares. */
export interface Deletion {
  readonly family: Family;
  readonly protocol: number;
  readonly source: string;
  /** The source address that destinations see: the pod's own, or the one that it is translated to. */
  readonly seen: string;
  /** An address, or a CIDR. */
  readonly destination: string;
  /** The source address of replies; undefined: any. */
  readonly replySource: string | undefined;
}

/** The default zone in both directions: `-w` alone also matches connections with another zone in one direction. */
const ZONE = ["-w", "0", "--orig-zone", "0", "--reply-zone", "0"];

/** The command in the form in which the tool reads it from a file. It never matches connections in other zones. */
export function formatDeletion(deletion: Deletion): string {
  const { family, protocol, source, seen, destination, replySource } = deletion;
  const words = ["-D", ...ZONE, "-f", family, "-p", `${protocol}`, "-s", source, "-q", seen, "-d", destination];
  return (replySource === undefined ? words : [...words, "-r", replySource]).join(" ");
}

/** The deletion for a pair of addresses, with all ports: these connections have the same treatment, old and new. */
export function pairDeletion({ family, protocol, original, reply }: Connection): Deletion {
  return {
    family,
    protocol,
    source: original.source,
    seen: reply.destination,
    destination: original.destination,
    replySource: reply.source,
  };
}

/**
 * The deletion for all destinations of a rule; undefined for a connection that a service redirects, because the tool cannot
 * match only connections that are not redirected.
 */
export function ruleDeletion(
  connection: Connection,
  { from, to }: { readonly from: Decision; readonly to: Decision },
): Deletion | undefined {
  if (isRedirected(connection)) return undefined;
  const prefixes = [from.rule?.prefix, to.rule?.prefix].flatMap((prefix) => prefix ?? []);
  const [longest] = prefixes.sort((a, b) => b.bits - a.bits);
  const everything = connection.family === "ipv4" ? "0.0.0.0/0" : "::/0";
  return { ...pairDeletion(connection), destination: longest?.network ?? everything, replySource: undefined };
}

const keyOf = ({ family, protocol, source, seen }: Deletion): string => `${family} ${protocol} ${source} ${seen}`;

/**
 * Determines which deletions by rule would delete no other connections. Must be given all connections, those to delete and
 * those to keep.
 */
export class RuleDeletions {
  /** By the criteria other than the destination. */
  readonly #candidates = new Map<string, Map<string, Candidate>>();
  readonly #pairs = new Map<Candidate, Set<string>>();
  readonly #others = new Set<string>();

  constructor(candidates: readonly Deletion[]) {
    const { records, read } = parsePrefixes(candidates.map(({ destination }) => destination));
    for (const [i, deletion] of candidates.entries()) {
      const prefix = read[i];
      if (!prefix?.ok) continue;
      const hosts = BigInt((prefix.family === "ipv4" ? 32 : 128) - prefix.bits);
      const candidate = { deletion, hosts, network: addressOf(records, i) >> hosts, isSafe: true };
      const group = this.#candidates.get(keyOf(deletion)) ?? new Map();
      this.#candidates.set(keyOf(deletion), group.set(deletion.destination, candidate));
    }
  }

  /** Adds a connection to delete; `deletion` is the one by its rule. */
  going(connection: Connection, deletion: Deletion | undefined): void {
    const pair = formatDeletion(pairDeletion(connection));
    const candidate = deletion && this.#candidates.get(keyOf(deletion))?.get(deletion.destination);
    if (!candidate) {
      this.#others.add(pair);
      // Deletions by rule must not match it: it has its own deletion.
      this.staying(connection);
      return;
    }
    const pairs = this.#pairs.get(candidate) ?? new Set();
    pairs.add(pair);
    this.#pairs.set(candidate, pairs);
  }

  /** Adds a connection to keep. */
  staying(connection: Connection): void {
    if (connection.zoned) return;
    const group = this.#candidates.get(keyOf(pairDeletion(connection)));
    if (!group) return;
    const { records, read } = parseAddresses([connection.original.destination]);
    if (!read[0]?.ok) return;
    const address = addressOf(records, 0);
    for (const candidate of group.values()) {
      if (address >> candidate.hosts === candidate.network) candidate.isSafe = false;
    }
  }

  /** The commands: safe ones by rule, and one per pair of addresses for all other connections. */
  list(): readonly string[] {
    const all = new Set<string>();
    for (const [{ deletion, isSafe }, pairs] of this.#pairs) {
      for (const one of isSafe && pairs.size > 1 ? [formatDeletion(deletion)] : pairs) all.add(one);
    }
    for (const one of this.#others) all.add(one);
    return [...all];
  }
}

interface Candidate {
  readonly deletion: Deletion;
  /** The number of host bits. */
  readonly hosts: bigint;
  readonly network: bigint;
  isSafe: boolean;
}
