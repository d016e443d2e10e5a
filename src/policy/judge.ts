// Judges many packets at a time: turns the results of table lookups into decisions.
// This module is browser-compatible.
import type { LineTable } from "../core/index.ts";
import { type Decision, decisionOf } from "./decide.ts";
import { type Outcomes, sourceRangesOf } from "./outcomes.ts";
import { includesInterface, limitsOf, type ScopeFacts } from "./scope.ts";
import { formatVerdict, type Verdict } from "./verdict.ts";

/** What is known about all packets. */
export interface Known {
  /** Whether the source of each packet is known. */
  readonly source: boolean;
  /** The interface that all of them leave through; undefined if unknown. */
  readonly outputInterface: string | undefined;
}

/** Turns the indexes that lookups in its table return into decisions. */
export interface Judge {
  readonly table: LineTable;
  /** How many indexes there are. */
  readonly length: number;
  decision(index: number): Decision;
  /** The position of an index in lists: the order of the rules. */
  rank(index: number): number;
  /** Equal texts mean equal treatment, also between judges. Cheap. */
  treatment(index: number): string;
  /** Whether the decision depends on unknown facts. Cheap. */
  depends(index: number): boolean;
  /** For each index, 1 if its verdict is of this kind, even if it depends on unknown facts. */
  maskOf(kind: Verdict["kind"]): Uint8Array;
}

/** Judges by destination, and by source and interface if known. */
export function judgeOf(outcomes: Outcomes, { source, outputInterface }: Known): Judge {
  const { prefixes, scopes } = outcomes;
  const ranges = sourceRangesOf(outcomes);
  const limited = limitsOf(scopes.ipv4).includes("source") || limitsOf(scopes.ipv6).includes("source");
  const gated = source && limited;
  const verdictAt = (index: number) => (index < prefixes.length ? outcomes.verdict(index) : undefined);
  // The gate lets packets through whose source is in scope. After the indexes of the prefixes come those of packets that it
  // holds back, then those of packets whose source is unknown.
  const decision = (index: number): Decision => {
    const isUnknown = index >= prefixes.length + 2;
    const heldBack = !isUnknown && index >= prefixes.length;
    const own = isUnknown ? index - prefixes.length - 2 : index;
    const outcome = outcomes.at(heldBack ? prefixes.length - (index === prefixes.length ? 2 : 1) : own);
    const scope = scopes[outcome.family];
    const facts: ScopeFacts = {
      source: source && !isUnknown ? !heldBack : undefined,
      outputInterface: outputInterface === undefined ? undefined : includesInterface(scope, outputInterface),
    };
    return decisionOf(outcome, scope, facts);
  };
  const flags = (length: number, is: (index: number) => boolean) =>
    Uint8Array.from({ length }, (_, i) => (is(i) ? 1 : 0));
  const gate = gated
    ? {
        applies: flags(prefixes.length, (index) => outcomes.verdict(index).kind !== "keep"),
        sources: ranges.prefixes,
        passes: flags(ranges.prefixes.length, (index) => ranges.isWithin(index)),
      }
    : undefined;
  const length = prefixes.length + 2 + (gated ? prefixes.length : 0);
  // Without limits, no decision depends on anything.
  const unlimited = !limited && scopes.ipv4.outputInterfaces === "any" && scopes.ipv6.outputInterfaces === "any";
  const treatments = new Map<number, string>();
  const treatment = (index: number): string => {
    if (unlimited) return formatVerdict(outcomes.verdict(Math.min(index, prefixes.length - 1)));
    let text = treatments.get(index);
    if (text === undefined) {
      const { verdict, dependsOn, family } = decision(index);
      const scope = scopes[family];
      const on = dependsOn.map((part) =>
        part === "source"
          ? scope.sources !== "any" && scope.sources.map(({ network }) => network).sort()
          : scope.outputInterfaces !== "any" && [...scope.outputInterfaces].sort(),
      );
      text = `${formatVerdict(verdict)}${on.length > 0 ? ` ${JSON.stringify(on)}` : ""}`;
      treatments.set(index, text);
    }
    return text;
  };
  return {
    table: { prefixes, gate },
    length,
    decision,
    rank: (index) => (index >= prefixes.length + 2 ? index - prefixes.length - 2 : index),
    treatment,
    depends: (index) => !unlimited && decision(index).dependsOn.length > 0,
    maskOf: (kind) =>
      flags(length, (index) => (unlimited ? verdictAt(index)?.kind === kind : decision(index).verdict.kind === kind)),
  };
}

/** For each index of the judges a number; equal numbers mean equal treatment, also between judges. */
export function treatmentsOf(...judges: readonly Judge[]): readonly Int32Array[] {
  const numbers = new Map<string, number>();
  return judges.map(({ length, treatment }) => {
    const treatments = new Int32Array(length);
    let last: string | undefined;
    let number = 0;
    for (let index = 0; index < length; index++) {
      const text = treatment(index);
      // Most have the same treatment as the one before.
      if (text !== last) {
        number = numbers.get(text) ?? numbers.size;
        numbers.set(text, number);
        last = text;
      }
      treatments[index] = number;
    }
    return treatments;
  });
}
