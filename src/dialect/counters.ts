// How many connections each entry of a policy has decided about.
// This module is browser-compatible.
import type { FamilyPolicy, Verdict } from "../policy/index.ts";
import { desiredChain } from "./desired.ts";
import type { ObservedChain } from "./observed.ts";

/** Table nat sees the first packet of a connection only: packets are connections. */
export interface EntryCounter {
  /** The entry's CIDR; of what no entry decides, the whole family's: `0.0.0.0/0` or `::/0`. */
  readonly cidr: string;
  readonly verdict: Verdict;
  readonly connections: bigint;
}

/** The counters of a chain that was read with them, one for each entry and one for the rest. */
export function countersOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[] {
  const { family, entries } = policy;
  const rest = { cidr: family === "ipv4" ? "0.0.0.0/0" : "::/0", verdict: "masquerade" } as const;
  const targets = [...entries.map(({ prefix, verdict }) => ({ cidr: prefix.network, verdict })), rest];
  const sums = targets.map(() => 0n);
  // Rules come in the order of the entries; those that decide about the rest come after them.
  const owner = new Map<string, number>();
  for (const [i, rule] of desiredChain(policy).rules.entries()) {
    if (!owner.has(rule)) owner.set(rule, Math.min(i, entries.length));
  }
  for (const { spec, packets } of observed.rules) {
    const i = owner.get(spec);
    if (i !== undefined) sums[i] = (sums[i] ?? 0n) + packets;
  }
  return targets.map((target, i) => ({ ...target, connections: sums[i] ?? 0n }));
}
