// How many connections each entry of a policy has decided about.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import type { EntryCounter } from "../backend.ts";
import { DESTINATIONS, desiredTable, KEPT } from "./desired.ts";
import type { ObservedTable } from "./observed.ts";

/** One for each rule of the policy, the sum of its intervals', and one for the rest. */
export function countersOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[] {
  return count(policy, table, observed).map(({ counter }) => counter);
}

/** Those that have an interval in the table; that of the rest too if it has a rule. */
export function entriesOf(policy: FamilyPolicy, table: string, observed: ObservedTable): readonly EntryCounter[] {
  return count(policy, table, observed).flatMap(({ counter, isThere }) => (isThere ? [counter] : []));
}

function count(
  policy: FamilyPolicy,
  table: string,
  observed: ObservedTable,
): readonly { readonly counter: EntryCounter; readonly isThere: boolean }[] {
  const { family, rules, fallback } = policy;
  const sums = [...rules, undefined].map(() => 0n);
  const there = sums.map(() => false);
  const add = (owner: number, packets: bigint) => {
    there[owner] = true;
    sums[owner] = (sums[owner] ?? 0n) + packets;
  };
  const { destinations, kept } = desiredTable(policy, table);
  // A packet that is bound sees no chain behind that.
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
    isThere: there[i] === true,
  }));
}
