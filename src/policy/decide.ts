// Decides what happens to a packet, as far as the packet is known.
// This module is browser-compatible.
import { buildTable, type Family, parseAddresses } from "../core/index.ts";
import { type Outcome, type Outcomes, outcomesOf, sourceRangesOf } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
import { includesInterface, isEmpty, limitsOf, type Scope, type ScopeFacts, type ScopePart } from "./scope.ts";
import { KEEP } from "./verdict.ts";

/** The known facts about a packet. */
export interface Packet {
  readonly destination: string;
  readonly source?: string | undefined;
  readonly outputInterface?: string | undefined;
}

/** What happens to a packet, and why. */
export interface Decision extends Outcome {
  /** The unknown facts that the verdict depends on: it applies if the packet is within these parts, else the packet is kept. */
  readonly dependsOn: readonly ScopePart[];
  /** Why the packet is outside the scope, so that it passes untouched. */
  readonly outside: ScopePart | undefined;
}

/** The decision about a packet with this outcome. */
export function decisionOf(outcome: Outcome, scope: Scope, facts: ScopeFacts): Decision {
  // A packet that keeps its address anyway does not depend on the scope.
  const limits = outcome.managed && outcome.verdict.kind !== "keep" ? limitsOf(scope) : [];
  const outside = limits.find((part) => facts[part] === false || (part === "source" && isEmpty(scope)));
  if (outside) return { ...outcome, verdict: KEEP, rule: undefined, dependsOn: [], outside };
  return { ...outcome, dependsOn: limits.filter((part) => facts[part] === undefined), outside: undefined };
}

/** Returns what is known about the scope of a packet, by its index and the family of its destination. */
function factsOf(
  outcomes: Outcomes,
  packets: readonly Omit<Packet, "destination">[],
): (i: number, family: Family) => ScopeFacts {
  const ranges = sourceRangesOf(outcomes);
  const { records, read } = parseAddresses(packets.map(({ source = "" }) => source));
  const isKnown = read.some(({ ok }) => ok);
  const indexes = isKnown ? buildTable(ranges.prefixes, "longest").lookup(records) : undefined;
  // A source of the other family says nothing about a packet.
  const sourceOf = (i: number, family: Family) => {
    const source = read[i];
    return source?.ok && source.family === family ? ranges.isWithin(indexes?.[i] ?? -1) : undefined;
  };
  return (i, family) => {
    const output = packets[i]?.outputInterface;
    return {
      source: sourceOf(i, family),
      outputInterface: output === undefined ? undefined : includesInterface(outcomes.scopes[family], output),
    };
  };
}

/** The same if all packets have the same known facts. */
export function commonFactsOf(outcomes: Outcomes, known: Omit<Packet, "destination">): (family: Family) => ScopeFacts {
  const facts = factsOf(outcomes, [known]);
  return (family) => facts(0, family);
}

/**
 * Decides about packets in one call of the core; the decisions are in the order of the packets, undefined for a packet whose
 * destination is not an address.
 */
export function decide(policy: readonly FamilyPolicy[], packets: readonly Packet[]): readonly (Decision | undefined)[] {
  return decideBy(outcomesOf(policy), packets);
}

/** As {@link decide}, by outcomes, which may be those of a plain list. */
export function decideBy(outcomes: Outcomes, packets: readonly Packet[]): readonly (Decision | undefined)[] {
  const { records, read } = parseAddresses(packets.map(({ destination }) => destination));
  if (!read.some(({ ok }) => ok)) return packets.map(() => undefined);
  const indexes = buildTable(outcomes.prefixes, "longest").lookup(records);
  const facts = factsOf(outcomes, packets);
  return packets.map((_, i): Decision | undefined => {
    if (!read[i]?.ok) return undefined;
    const outcome = outcomes.at(indexes[i] ?? -1);
    return decisionOf(outcome, outcomes.scopes[outcome.family], facts(i, outcome.family));
  });
}
