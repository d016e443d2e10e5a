// How connections are named to `conntrack -D`: as few commands as delete these and no others.
// This module is browser-compatible.
import { addressOf, type Family, parseAddresses, parsePrefixes } from "../core/index.ts";
import type { Decision } from "../policy/index.ts";
import { type Connection, isRedirected } from "./connection.ts";

/** What all connections have in common that one command deletes; each of these is compared by the tool. */
export interface Deletion {
  readonly family: Family;
  readonly protocol: number;
  readonly source: string;
  /** What destinations see as the source: the pod's own address, or the one it is translated to. */
  readonly seen: string;
  /** An address, or a CIDR. */
  readonly destination: string;
  /** Where answers come from; undefined: any. */
  readonly replySource: string | undefined;
}

/** The default zone in both directions: with `-w` alone the tool takes connections whose zone is another in one direction. */
const ZONE = ["-w", "0", "--orig-zone", "0", "--reply-zone", "0"];

/** A command, as the tool reads it from a file. Connections in zones of others are left alone. */
export function formatDeletion(deletion: Deletion): string {
  const { family, protocol, source, seen, destination, replySource } = deletion;
  const words = ["-D", ...ZONE, "-f", family, "-p", `${protocol}`, "-s", source, "-q", seen, "-d", destination];
  return (replySource === undefined ? words : [...words, "-r", replySource]).join(" ");
}

/** One command for each pair of ends, whatever the ports: these are treated alike, now and by the rules. */
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
 * One command for all destinations of a rule: `undefined` if a service sends the connection elsewhere, because the tool cannot ask
 * for those alone that go where they were sent.
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
 * Finds out which deletions by rule would delete no others: it is shown all connections, those that are to go and those that
 * are to stay.
 */
export class RuleDeletions {
  /** By what is compared besides the destination. */
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

  /** A connection that is to go; `deletion` is the one by its rule. */
  going(connection: Connection, deletion: Deletion | undefined): void {
    const pair = formatDeletion(pairDeletion(connection));
    const candidate = deletion && this.#candidates.get(keyOf(deletion))?.get(deletion.destination);
    if (!candidate) {
      this.#others.add(pair);
      // It stays as far as deletions by rule are concerned: they do not mean it.
      this.staying(connection);
      return;
    }
    const pairs = this.#pairs.get(candidate) ?? new Set();
    pairs.add(pair);
    this.#pairs.set(candidate, pairs);
  }

  /** A connection that is to stay. */
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

  /** The commands: those by rule that are safe, and for all else one for each pair of ends. */
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
  /** Bits of an address that say nothing. */
  readonly hosts: bigint;
  readonly network: bigint;
  isSafe: boolean;
}
