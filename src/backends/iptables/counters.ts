// How many connections each entry of a policy has decided.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import type { EntryCounter } from "../backend.ts";
import { desiredChain } from "./desired.ts";
import type { ObservedChain } from "./observed.ts";

/** The counters of a chain that was read with counters: one for each rule of the policy and one for the fallback. */
export function countersOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[] {
  return count(policy, observed).map(({ counter }) => counter);
}

/** The counters of the entries that have a rule in the chain. */
export function entriesOf(policy: FamilyPolicy, observed: ObservedChain): readonly EntryCounter[] {
  return count(policy, observed).flatMap(({ counter, isInForce }) => (isInForce ? [counter] : []));
}

function count(
  policy: FamilyPolicy,
  observed: ObservedChain,
): readonly { readonly counter: EntryCounter; readonly isInForce: boolean }[] {
  const { family, rules, fallback } = policy;
  const rest = { cidr: family === "ipv4" ? "0.0.0.0/0" : "::/0", verdict: fallback };
  const targets = [...rules.map(({ prefix, verdict }) => ({ cidr: prefix.network, verdict })), rest];
  const sums = targets.map(() => 0n);
  const inForce = targets.map(() => false);
  const desired = desiredChain(policy);
  // Of equal rules, only the first one counts.
  const owners = new Map<string, number>();
  for (const [i, rule] of desired.rules.entries()) if (!owners.has(rule)) owners.set(rule, desired.owners[i] ?? 0);
  for (const { spec, packets } of observed.rules) {
    const i = owners.get(spec);
    if (i === undefined) continue;
    sums[i] = (sums[i] ?? 0n) + packets;
    inForce[i] = true;
  }
  return targets.map((target, i) => ({
    counter: { ...target, connections: sums[i] ?? 0n },
    isInForce: inForce[i] === true,
  }));
}
