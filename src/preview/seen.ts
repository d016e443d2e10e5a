// The texts of the packet's path: what the node does to the packet, and the source address that the destination sees.
import { formatAddressRange, type Verdict } from "../policy/index.ts";
import type { Answer } from "./asked.ts";
import type { Interference } from "./interference.ts";
import type { Look } from "./space.ts";
import { either } from "./words.ts";

export interface Seen {
  readonly tone: Look | "none";
  readonly does: string;
  /** Undefined if that depends on the destination. */
  readonly sees: string | undefined;
}

/** Combines the decision of the config with the pasted rules of other programs. */
export function seenBy({ packet, decision, special }: Answer, others: readonly Interference[]): Seen {
  if (special) return { tone: "none", does: special.node, sees: undefined };
  if (!decision) return { tone: "mixed", does: "depends on the destination", sees: undefined };
  const { verdict } = decision;
  const own = seenSource(verdict, packet.source);
  if (others.length === 0) return { tone: verdict.kind, does: DOES[verdict.kind], sees: own };
  const isCertain = others.every((one) => one.isCertain);
  const sources = others.map((one) => seenThrough(one, packet.source));
  const sees = either([...new Set([...(isCertain ? [] : [own]), ...sources])]);
  if (!isCertain) return { tone: "mixed", does: `${DOES[verdict.kind]}, or another rule decides`, sees };
  return { tone: TONES[others[0]?.kind ?? "unknown"], does: "another program's rule decides", sees };
}

const DOES = { keep: "keeps the source", masquerade: "masquerades", snat: "translates" } as const;

const TONES: Readonly<Record<Interference["kind"], Look>> = {
  masquerades: "masquerade",
  translates: "snat",
  passes: "keep",
  drops: "mixed",
  unknown: "mixed",
};

/** The source address that the destination sees. */
function seenSource(verdict: Verdict, source: string | undefined): string {
  switch (verdict.kind) {
    case "keep":
      return source ?? "the pod's address";
    case "masquerade":
      return "the node's address";
    case "snat":
      return formatAddressRange(verdict.to);
  }
}

function seenThrough({ kind, to }: Interference, source: string | undefined): string {
  switch (kind) {
    case "masquerades":
      return "the node's address";
    case "translates":
      return to ?? "another address";
    case "passes":
      return source ?? "the pod's address";
    case "drops":
      return "no packet";
    case "unknown":
      return "another address";
  }
}
