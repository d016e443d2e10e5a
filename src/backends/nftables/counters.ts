// How many connections each entry of a policy has decided.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import type { EntryCounter } from "../backend.ts";
import { DESTINATIONS, desiredTable, KEPT } from "./desired.ts";
import type { ObservedTable } from "./observed.ts";

/** A counter for each rule of the policy, the sum over its intervals, and one for the fallback. */
export function countersOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[] {
  return count(policy, table, observed).map(({ counter }) => counter);
}

/** The counters of entries that have an interval in the table, and that of the fallback if it has a rule. */
export function entriesOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[] {
  return count(policy, table, observed).flatMap(({ counter, isInForce }) => (isInForce ? [counter] : []));
}

function count(
  policy: FamilyPolicy,
  table: string,
  observed: ObservedTable,
): readonly { readonly counter: EntryCounter; readonly isInForce: boolean }[] {
  const { family, rules, fallback } = policy;
  const sums = [...rules, undefined].map(() => 0n);
  const inForce = sums.map(() => false);
  const add = (owner: number, packets: bigint) => {
    inForce[owner] = true;
    sums[owner] = (sums[owner] ?? 0n) + packets;
  };
  const { destinations, kept } = desiredTable(policy, table);
  // A packet that is bound to its address does not reach later chains, so it is counted in only one set.
  for (const [set, elements] of [
    [DESTINATIONS, destinations],
    [KEPT, kept],
  ] as const) {
    const owners = new Map(elements.map(({ key, owner }) => [key, owner]));
    for (const { key, counter } of observed.elements.get(set) ?? []) {
      const owner = owners.get(key);
      if (owner !== undefined && counter) add(owner, counter.packets);
    }
  }
  for (const { packets } of observed.counters.values()) add(rules.length, packets);
  const rest = { cidr: family === "ipv4" ? "0.0.0.0/0" : "::/0", verdict: fallback };
  const targets = [...rules.map(({ prefix, verdict }) => ({ cidr: prefix.network, verdict })), rest];
  return targets.map((target, i) => ({
    counter: { ...target, connections: sums[i] ?? 0n },
    isInForce: inForce[i] === true,
  }));
}
