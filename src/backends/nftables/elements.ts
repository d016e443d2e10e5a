// The disjoint intervals of a policy: the elements of an interval map must not overlap.
// This module is browser-compatible.
import { aggregate, formatIntervals, PIECE, type Prefix, parseRecords, type Steps } from "../../core/index.ts";
import { type FamilyPolicy, spaceOf, type Verdict } from "../../policy/index.ts";
import { printedAddress } from "../printed-address.ts";
import type { Element } from "./table.ts";

/** An interval of destinations, and the index of the policy's rule that decides it. */
export interface OwnedElement extends Element {
  readonly owner: number;
}

/** `10.0.0.0/8` and `::-::a00:0` as nft prints them. */
const printedKey = (key: string): string =>
  key.includes(":")
    ? key.replace(/[^/-]+/g, (part, at: number) => (at > 0 && key[at - 1] === "/" ? part : printedAddress(part)))
    : key;

/**
 * The segments of the address space that become elements, in address order. A prefix with others inside it has several.
 *
 * @param verdictText returns the verdict of a segment's element, empty in a set; undefined if it has no element
 */
export function* elementsOf(
  policy: FamilyPolicy,
  verdictText: (verdict: Verdict, isFallback: boolean) => string | undefined,
): Steps<readonly OwnedElement[]> {
  const { family, rules } = policy;
  const { segments, outcomes } = spaceOf([policy], family);
  yield;
  const elements: OwnedElement[] = [];
  for (let from = 0; from < segments.length; from += PIECE) {
    if (from > 0) yield;
    const found: { first: bigint; last: bigint; owner: number; verdict: string }[] = [];
    for (let i = from; i < Math.min(from + PIECE, segments.length); i++) {
      const owner = segments.owners[i] ?? -1;
      const verdict = verdictText(outcomes.verdict(owner), owner >= rules.length);
      if (verdict !== undefined) found.push({ first: segments.first(i), last: segments.last(i), owner, verdict });
    }
    for (const [i, key] of formatIntervals(family, found).entries()) {
      const { owner = -1, verdict } = found[i] ?? {};
      elements.push({ key: printedKey(key), verdict: verdict || undefined, owner });
    }
  }
  return elements;
}

/** The smallest number of prefixes that contain the same addresses. */
export function intervalsOf(prefixes: readonly Prefix[]): readonly Element[] {
  const records = parseRecords(
    prefixes.map(({ network }) => network),
    "prefix",
  );
  const { length, network } = aggregate(records);
  return Array.from({ length }, (_, i) => ({ key: printedKey(network(i).replace(WHOLE, "")) }));
}

/** The prefix length of a single address, which nft does not print. */
const WHOLE = /(?<=\..*)\/32$|\/128$/;
