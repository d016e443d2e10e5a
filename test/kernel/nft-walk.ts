// A reference implementation of the kernel's walk: a table as printed by `nft list table`, walked for one packet at a time.
import type { Family } from "../../src/core/index.ts";
import { parseSlow } from "../policy/random.ts";

/** A packet that is not tcp, udp or sctp, and is not sent to an address of the node. */
export interface Packet {
  readonly destination: bigint;
  readonly source: bigint;
  readonly output: string;
}

interface Interval {
  readonly first: bigint;
  readonly last: bigint;
  readonly verdict: string | undefined;
}

export interface WalkedTable {
  /** The intervals of each set and map, in address order. Throws if two of them overlap. */
  readonly sets: ReadonlyMap<string, readonly Interval[]>;
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

/** Parses a listing without the code under test. */
export function readListing(listing: string, family: Family): WalkedTable {
  const sets = new Map<string, readonly Interval[]>();
  const chains = new Map<string, readonly string[]>();
  for (const [, kind, name = "", body = ""] of listing.matchAll(/^\t(set|map|chain) (\S+) \{\n([\s\S]*?)^\t\}$/gm)) {
    if (kind === "chain") {
      chains.set(
        name,
        body
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      );
      continue;
    }
    const elements = /elements = \{([\s\S]*)\}/.exec(body)?.[1]?.split(",") ?? [];
    const intervals = elements.map((text) => readInterval(text.trim(), family));
    intervals.forEach(({ first, last }, i) => {
      const before = intervals[i - 1];
      if (first > last || (before && before.last >= first))
        throw new Error(`${name}: ${elements[i]} overlaps\n${body}`);
    });
    sets.set(name, intervals);
  }
  return { sets, chains };
}

function readInterval(text: string, family: Family): Interval {
  const [key = "", ...rest] = text.split(" ");
  const verdict = rest.join(" ").split(" : ")[1] ?? rest.join(" ").replace(/^: /, "");
  const [from = "", to = from] = key.split("/")[0]?.split("-") ?? [];
  const bits = key.includes("/") ? Number(key.split("/")[1]) : undefined;
  const first = parseSlow(from);
  const size = bits === undefined ? undefined : 1n << BigInt((family === "ipv4" ? 32 : 128) - bits);
  return { first, last: size === undefined ? parseSlow(to) : first + size - 1n, verdict: verdict || undefined };
}

/** What a base chain does with a packet: `keep`, `masquerade`, `snat FIRST-LAST`, or `bind` it to its own address. */
export function walk(table: WalkedTable, name: string, packet: Packet): string {
  const find = (set: string, address: bigint) =>
    table.sets.get(set)?.find(({ first, last }) => first <= address && address <= last);
  const goto = (chain = "") => walk(table, chain, packet);
  for (const rule of table.chains.get(name) ?? []) {
    const words = rule.replace(/^counter packets \d+ bytes \d+ /, "");
    // Matches that this packet fails: to the node itself, translated by a service, with ports.
    if (/^(type nat hook|fib daddr type local return$|ct status dnat return$|meta l4proto )/.test(words)) continue;
    const [, output, scope] = /^oifname "(.*)" goto (\S+)$/.exec(words) ?? [];
    const [, sources] = /^ip6? saddr != @(\S+) return$/.exec(words) ?? [];
    const [, verdicts] = /^ip6? daddr vmap @(\S+)$/.exec(words) ?? [];
    const [, bound] = /^ip6? daddr @(\S+) snat to ip6? saddr$/.exec(words) ?? [];
    const [, to] = /^snat to (\S+)( fully-random)?$/.exec(words) ?? [];
    const [, next] = /^goto (\S+)$/.exec(words) ?? [];
    if (output !== undefined) {
      const matches = output.endsWith("*") ? packet.output.startsWith(output.slice(0, -1)) : packet.output === output;
      if (matches) return goto(scope);
    } else if (sources !== undefined) {
      if (!find(sources, packet.source)) return "keep";
    } else if (verdicts !== undefined) {
      const verdict = find(verdicts, packet.destination)?.verdict;
      if (verdict === "return") return "keep";
      if (verdict !== undefined) return goto(verdict.replace("goto ", ""));
    } else if (bound !== undefined) {
      if (find(bound, packet.destination)) return "bind";
    } else if (next !== undefined) return goto(next);
    else if (/^masquerade( fully-random)?$/.test(words)) return "masquerade";
    else if (to !== undefined) return `snat ${to}`;
    else throw new Error(`a rule that is not known: ${rule}`);
  }
  return "keep";
}
