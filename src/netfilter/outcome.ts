// What becomes of packets, and which rule decides it.
// This module is browser-compatible.
import { type Intervals, single } from "./intervals.ts";
import type { BaseChain, Rule, Translation } from "./model.ts";
import { reasonsOf, type State, type Undecided } from "./traffic.ts";

/** What becomes of a packet's source address. */
export type Treatment =
  /** `bound`: a rule translates it to the address that it has, so that no other can translate it. */
  | { readonly kind: "kept"; readonly bound: boolean }
  /** It becomes the address of the output interface. */
  | { readonly kind: "masqueraded" }
  /** It becomes one of these. */
  | { readonly kind: "translated"; readonly first: bigint; readonly last: bigint }
  | { readonly kind: "dropped" }
  | { readonly kind: "unknown"; readonly why: string };

/** A rule and how packets come to it. */
export interface RuleAt {
  readonly base: BaseChain;
  /** The chain that the rule stands in. */
  readonly chain: string;
  readonly rule: Rule;
  /** The rule of the base chain that leads there, or the rule itself. */
  readonly top: Rule;
  /** How many jumps lead there. */
  readonly depth: number;
}

/** Packets that end in one way. */
export interface Ending {
  readonly treatment: Treatment;
  /** The rule that decides; undefined if none does: the packets keep their address, or a chain's policy drops them. */
  readonly at: RuleAt | undefined;
  /** The base chain in which they end; undefined if they come through all of them. */
  readonly base: BaseChain | undefined;
  readonly source: Intervals;
  readonly destination: Intervals;
  /** What must be known to decide whether a packet ends in this way. */
  readonly undecided: readonly Undecided[];
}

/** A rule that packets have come to and that matches, or may match. Rules that do not are left out. */
export interface TraceEntry {
  readonly at: RuleAt;
  readonly answer: "yes" | "unknown";
  readonly undecided: readonly Undecided[];
}

/** A rule after which a chain's remaining rules are not asked, although the packet is not translated yet. */
export interface Leave {
  readonly at: RuleAt;
  readonly source: Intervals;
  readonly destination: Intervals;
}

export function endingOf(state: State, treatment: Treatment, at?: RuleAt, base = at?.base): Ending {
  const { source, destination } = state.numbers;
  return { treatment, at, base, source, destination, undecided: reasonsOf(state) };
}

/** What a translation makes of a source. */
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
