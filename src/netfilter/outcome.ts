// What happens to packets, and which rule decides it.
// This module is browser-compatible.
import { type Intervals, single } from "./intervals.ts";
import type { BaseChain, Rule, Translation } from "./model.ts";
import { reasonsOf, type State, type Undecided } from "./traffic.ts";

/** What happens to a packet's source address. */
export type Treatment =
  /** `bound`: a rule translates it to its current address, so no other rule can translate it. */
  | { readonly kind: "kept"; readonly bound: boolean }
  /** It becomes the address of the output interface. */
  | { readonly kind: "masqueraded" }
  /** It becomes one of these. */
  | { readonly kind: "translated"; readonly first: bigint; readonly last: bigint }
  | { readonly kind: "dropped" }
  | { readonly kind: "unknown"; readonly why: string };

/** A rule, and how packets reach it. */
export interface RuleAt {
  readonly base: BaseChain;
  /** The chain that has the rule. */
  readonly chain: string;
  readonly rule: Rule;
  /** The rule of the base chain whose jump leads to it, or the rule itself. */
  readonly top: Rule;
  /** The number of jumps on the way to it. */
  readonly depth: number;
}

/** Packets with the same outcome. */
export interface Ending {
  readonly treatment: Treatment;
  /** The deciding rule; undefined if there is none: the packets keep their address, or a chain's policy drops them. */
  readonly at: RuleAt | undefined;
  /** The base chain that ends their way; undefined if they pass through all of them. */
  readonly base: BaseChain | undefined;
  readonly source: Intervals;
  readonly destination: Intervals;
  /** What must be known to decide whether a packet has this outcome. */
  readonly undecided: readonly Undecided[];
}

/** A rule that packets reach and that matches, or may match. Rules that do not match are not recorded. */
export interface TraceEntry {
  readonly at: RuleAt;
  readonly answer: "yes" | "unknown";
  readonly undecided: readonly Undecided[];
}

/** A rule after which a chain's remaining rules do not run, although the packet has not been translated. */
export interface Leave {
  readonly at: RuleAt;
  readonly source: Intervals;
  readonly destination: Intervals;
}

export function endingOf(state: State, treatment: Treatment, at?: RuleAt, base = at?.base): Ending {
  const { source, destination } = state.numbers;
  return { treatment, at, base, source, destination, undecided: reasonsOf(state) };
}

/** The treatment of a source by a translation. */
export function treatmentOf(to: Translation, source: Intervals): Treatment {
  const own = single(source);
  switch (to.kind) {
    case "masquerade":
      return { kind: "masqueraded" };
    case "same":
      return { kind: "kept", bound: true };
    case "unknown":
      return { kind: "unknown", why: `it is translated to ${to.text}` };
    case "range":
      if (own === to.first && own === to.last) return { kind: "kept", bound: true };
      return { kind: "translated", first: to.first, last: to.last };
    case "network": {
      const base = to.network & ~to.hostMask;
      if (own === undefined) return { kind: "translated", first: base, last: base | to.hostMask };
      const address = base | (own & to.hostMask);
      return address === own ? { kind: "kept", bound: true } : { kind: "translated", first: address, last: address };
    }
  }
}

/** Equal treatments have equal keys. */
export function treatmentKey(treatment: Treatment): string {
  switch (treatment.kind) {
    case "translated":
      return `translated ${treatment.first}-${treatment.last}`;
    case "unknown":
      return `unknown ${treatment.why}`;
    default:
      return treatment.kind;
  }
}
