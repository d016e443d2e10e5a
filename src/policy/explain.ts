// Explains which rule decides an address, or the parts of a CIDR.
// This module is browser-compatible.
import { addressOf, parsePrefixes, type Segments } from "../core/index.ts";
import { commonFactsOf, type Decision, decideBy, decisionOf, type Packet } from "./decide.ts";
import { type Outcomes, outcomesOf } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";
import { spaceBy } from "./space.ts";

/** What happens to packets to an address or to the parts of a CIDR, and why. */
export type Explanation =
  | { readonly ok: true; readonly kind: "address"; readonly asked: string; readonly decision: Decision }
  | { readonly ok: true; readonly kind: "block"; readonly asked: string; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly asked: string };

/** A part of a CIDR that one rule decides, both ends included. */
export interface Part {
  readonly first: bigint;
  readonly last: bigint;
  readonly decision: Decision;
}

/** What is known about the packets besides their destination. */
export type Known = Omit<Packet, "destination">;

/** Explains addresses and CIDRs under a policy; the explanations are in the same order. */
export function explain(
  policy: readonly FamilyPolicy[],
  asked: readonly string[],
  known: Known = {},
): readonly Explanation[] {
  return explainBy(outcomesOf(policy), asked, known);
}

/** As {@link explain}, by outcomes, which may be those of a plain list. */
export function explainBy(outcomes: Outcomes, asked: readonly string[], known: Known = {}): readonly Explanation[] {
  const decisions = decideBy(
    outcomes,
    asked.map((destination) => ({ destination, ...known })),
  );
  return asked.map((text, i): Explanation => {
    const decision = decisions[i];
    if (decision) return { ok: true, kind: "address", asked: text, decision };
    const parts = text.includes("/") ? partsOf(outcomes, text, known) : undefined;
    return parts ? { ok: true, kind: "block", asked: text, parts } : { ok: false, asked: text };
  });
}

/** The parts of a CIDR in address order; undefined if the text is not a CIDR. */
function partsOf(outcomes: Outcomes, text: string, known: Known): readonly Part[] | undefined {
  const { records, read } = parsePrefixes([text]);
  const [prefix] = read;
  if (!prefix?.ok) return undefined;
  const { family, bits } = prefix;
  const size = 1n << BigInt((family === "ipv4" ? 32 : 128) - bits);
  // Ignore host bits.
  const first = (addressOf(records, 0) / size) * size;
  const last = first + size - 1n;
  const { segments, at } = spaceBy(outcomes, family);
  const facts = commonFactsOf(outcomes, known)(family);
  const parts: Part[] = [];
  for (let i = findSegment(segments, first); i < segments.length && segments.first(i) <= last; i++) {
    const [from, to] = [segments.first(i), segments.last(i)];
    const decision = decisionOf(at(i), outcomes.scopes[family], facts);
    parts.push({ first: from < first ? first : from, last: to > last ? last : to, decision });
  }
  return parts;
}

/** The index of the segment that contains an address. O(log n). */
export function findSegment(segments: Segments, address: bigint): number {
  let low = 0;
  let high = segments.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (segments.first(middle) <= address) low = middle;
    else high = middle;
  }
  return low;
}
