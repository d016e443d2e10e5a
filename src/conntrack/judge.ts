// What a policy says about connections, many at a time, and whether they are treated so.
// This module is browser-compatible.
import { addressOf, buildTable, parseAddresses } from "../core/index.ts";
import { type AddressRange, type Decision, judgeOf, type Outcomes } from "../policy/index.ts";
import type { OwnAddress, Sorted } from "./apart.ts";
import { type Connection, isRedirected, translatedTo } from "./connection.ts";

/** Judges connections by their source, and by their destination after DNAT. */
export interface ConnectionJudge {
  /** For each connection the index of the decision about it, whether or not it is set apart. */
  judge(sorted: Sorted): Int32Array;
  decision(index: number): Decision;
  /** Equal texts stand for equal treatment, among judges too. */
  treatment(index: number): string;
  /** How many indexes there are. */
  readonly length: number;
}

/** Judges by the outcomes of a policy. The interface by which connections leave is known only if it is given. */
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
      // As a reader of lines does it: behind the prefixes stand those that the scope leaves out, by their family.
      return found.map((index, i) => {
        if (index < 0 || gate.applies[index] !== 1 || gate.passes[from[i] ?? -1] === 1) return index;
        return prefixes.length + (sorted.connections[i]?.family === "ipv6" ? 1 : 0);
      });
    },
  };
}

/**
 * Is a connection treated as a decision says? `unclear`: that depends on its interface, the agent says nothing about it, or
 * another program may have had a reason of its own.
 */
export type Standing = "right" | "wrong" | "unclear";

/** Says how connections stand on a node with these addresses. */
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
        // The node has it, but an earlier policy may have chosen it.
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
    // kube-proxy masquerades what it has marked, whatever our rules say about the address behind the service.
    return seen !== undefined && isRedirected(connection) ? "unclear" : "wrong";
  };
}

/** Addresses that are kept in mind. */
const REMEMBERED = 10_000;

/** Reads addresses one at a time; nodes translate to few. */
function createAddressReader(): (text: string) => { readonly text: string; readonly number: bigint } {
  const known = new Map<string, { readonly text: string; readonly number: bigint }>();
  return (text) => {
    let found = known.get(text);
    if (!found) {
      const { records, read } = parseAddresses([text]);
      const [address] = read;
      const canonical = address?.ok ? address.network.replace(/\/\d+$/, "") : text;
      found = { text: canonical, number: address?.ok ? addressOf(records, 0) : -1n };
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, found);
    }
    return found;
  };
}
