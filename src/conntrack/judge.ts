// Judges connections by a policy, many at a time, and whether they are treated accordingly.
// This module is browser-compatible.
import { addressOf, buildTable, parseAddresses } from "../core/index.ts";
import { type AddressRange, type Decision, judgeOf, type Outcomes } from "../policy/index.ts";
import type { OwnAddress, Sorted } from "./apart.ts";
import { type Connection, isRedirected, translatedTo } from "./connection.ts";

/** Judges connections by their source, and by their destination after DNAT. */
export interface ConnectionJudge {
  /** For each connection, the index of its decision, even if the rules do not decide it. */
  judge(sorted: Sorted): Int32Array;
  decision(index: number): Decision;
  /** Equal texts mean equal treatment, also between judges. */
  treatment(index: number): string;
  /** How many indexes there are. */
  readonly length: number;
}

/** Judges by the outcomes of a policy. The interface that connections leave through is unknown unless given. */
export function connectionJudge(outcomes: Outcomes, outputInterface?: string): ConnectionJudge {
  const judge = judgeOf(outcomes, { source: true, outputInterface });
  const { prefixes, gate } = judge.table;
  const destinations = buildTable(prefixes, "longest");
  const sources = gate && buildTable(gate.sources, "longest");
  return {
    length: judge.length,
    decision: judge.decision,
    treatment: judge.treatment,
    judge: (sorted) => {
      const found = destinations.lookup(sorted.destinations);
      const from = sources?.lookup(sorted.sources);
      if (!gate || !from) return found;
      // The same indexes as in a LineReader: after the prefixes, one per family for connections outside the scope.
      return found.map((index, i) => {
        if (index < 0 || gate.applies[index] !== 1 || gate.passes[from[i] ?? -1] === 1) return index;
        return prefixes.length + (sorted.connections[i]?.family === "ipv6" ? 1 : 0);
      });
    },
  };
}

/**
 * Whether a connection is treated as a decision says. `unclear`: it depends on the interface, the agent does not decide it,
 * or another program may have had its own reason.
 */
export type Standing = "right" | "wrong" | "unclear";

/** Returns a function that determines the standing of connections on a node with these addresses. */
export function createStanding(
  own: readonly OwnAddress[],
): (connection: Connection, decision: Decision, before?: Decision) => Standing {
  const primary = new Map(own.map(({ address, primary }) => [address, primary]));
  const read = createAddressReader();
  const isIn = (address: string, { first, last }: AddressRange) => {
    const at = read(address);
    return at.number >= read(first).number && at.number <= read(last).number;
  };
  const isAsWanted = (seen: string | undefined, { verdict }: Decision, before: Decision | undefined): boolean => {
    switch (verdict.kind) {
      case "keep":
        return seen === undefined;
      case "masquerade": {
        const isPrimary = seen === undefined ? undefined : primary.get(read(seen).text);
        if (seen === undefined || isPrimary === undefined) return false;
        // It is an address of the node, but an earlier policy may have translated to it.
        return isPrimary || before?.verdict.kind !== "snat" || !isIn(seen, before.verdict.to);
      }
      case "snat":
        return seen !== undefined && isIn(seen, verdict.to);
    }
  };
  return (connection, decision, before) => {
    if (!decision.managed || decision.outside !== undefined || decision.dependsOn.length > 0) return "unclear";
    const seen = translatedTo(connection);
    if (isAsWanted(seen, decision, before)) return "right";
    // kube-proxy masquerades what it has marked, whatever our rules say about the service's endpoint.
    return seen !== undefined && isRedirected(connection) ? "unclear" : "wrong";
  };
}

/** How many addresses are memoized. */
const MAX_MEMOIZED = 10_000;

/** Parses addresses one at a time and memoizes them, because a node translates to few addresses. */
function createAddressReader(): (text: string) => { readonly text: string; readonly number: bigint } {
  const known = new Map<string, { readonly text: string; readonly number: bigint }>();
  return (text) => {
    let found = known.get(text);
    if (!found) {
      const { records, read } = parseAddresses([text]);
      const [address] = read;
      const canonical = address?.ok ? address.network.replace(/\/\d+$/, "") : text;
      found = { text: canonical, number: address?.ok ? addressOf(records, 0) : -1n };
      if (known.size >= MAX_MEMOIZED) known.clear();
      known.set(text, found);
    }
    return found;
  };
}
