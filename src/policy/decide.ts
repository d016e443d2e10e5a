// What happens to a packet, as far as it is known.
// This module is browser-compatible.
import { buildTable, type Family, parseAddresses } from "../core/index.ts";
import { type Outcome, type Outcomes, outcomesOf, sourceRangesOf } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
import { includesInterface, isEmpty, limitsOf, type Scope, type ScopeFacts, type ScopePart } from "./scope.ts";
import { KEEP } from "./verdict.ts";

/** A packet, as far as it is known. */
export interface Packet {
  readonly destination: string;
  readonly source?: string | undefined;
  readonly outputInterface?: string | undefined;
}

/** What happens to a packet, and why. */
export interface Decision extends Outcome {
  /** What the verdict depends on and is not known: it holds if the packet is within these, else the packet is kept. */
  readonly dependsOn: readonly ScopePart[];
  /** What leaves the packet out of the scope, so that it passes untouched. */
  readonly outside: ScopePart | undefined;
}

/** The decision about a packet with this outcome. */
export function decisionOf(outcome: Outcome, scope: Scope, facts: ScopeFacts): Decision {
  // A packet that keeps its address anyway depends on nothing.
  const limits = outcome.managed && outcome.verdict.kind !== "keep" ? limitsOf(scope) : [];
  const outside = limits.find((part) => facts[part] === false || (part === "source" && isEmpty(scope)));
  if (outside) return { ...outcome, verdict: KEEP, rule: undefined, dependsOn: [], outside };
  return { ...outcome, dependsOn: limits.filter((part) => facts[part] === undefined), outside: undefined };
}

/** What is known about the scope of packets, as a function of their number and the family of their destination. */
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

/** The same for packets of which all have what is known in common. */
export function commonFactsOf(outcomes: Outcomes, known: Omit<Packet, "destination">): (family: Family) => ScopeFacts {
  const facts = factsOf(outcomes, [known]);
  return (family) => facts(0, family);
}

/**
 * Decides about packets, all in one pass through the core; the decisions are in their order, undefined for a packet whose
 * destination is not an address.
 */
export function decide(policy: readonly FamilyPolicy[], packets: readonly Packet[]): readonly (Decision | undefined)[] {
  return decideBy(outcomesOf(policy), packets);
}

/** The same by outcomes, which may be those of a plain list. */
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
