import type { Family } from "../../src/core/index.ts";
import { type BaseChain, type Traffic, walk } from "../../src/netfilter/index.ts";
import { outcomeText, PACKET, set, viewOf } from "./views.ts";

/** Whether a rule masquerades a packet. */
export type Answer = "yes" | "no" | "maybe";
const ANSWERS = { masqueraded: "yes", kept: "no", "maybe kept|masqueraded": "maybe" } as const;

const PACKET6: Traffic = { ...PACKET, source: set("fd00:244::2"), destination: set("fd00:99::1") };

/** Does the rule in these chains masquerade the packet? */
export function answer(chains: readonly BaseChain[], family: Family, traffic: Traffic): string {
  const packet = family === "ipv4" ? PACKET : PACKET6;
  const text = outcomeText(walk(viewOf(chains, family), { ...packet, ...traffic }));
  return ANSWERS[text as keyof typeof ANSWERS] ?? text;
}
