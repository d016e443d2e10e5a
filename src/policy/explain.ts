// Which entry decides about an address.
// This module is browser-compatible.
import { buildTable, type Family, parseAddresses, parsePrefixes } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry, Verdict } from "./policy.ts";

/** What happens to packets to one address, and why. */
export type Explanation =
  | {
      readonly ok: true;
      readonly address: string;
      readonly family: Family;
      readonly verdict: Verdict;
      /** The entry that decides: the first in the chain that contains the address; undefined where none does. */
      readonly entry: PolicyEntry | undefined;
      /** False where the agent keeps no rules for this family, so nothing is masqueraded. */
      readonly managed: boolean;
    }
  | { readonly ok: false; readonly address: string };

/** Explains addresses under a policy, all in one pass through the core; the answers are in their order. */
export function explain(policy: readonly FamilyPolicy[], addresses: readonly string[]): readonly Explanation[] {
  const { records, read } = parseAddresses(addresses);
  const decided = new Map(
    policy.map((part) => {
      const table = buildTable(parsePrefixes(part.entries.map(({ prefix }) => prefix.network)).records, "first");
      return [part.family, { part, first: table.lookup(records) }] as const;
    }),
  );
  return addresses.map((address, i): Explanation => {
    const parsed = read[i];
    if (!parsed?.ok) return { ok: false, address };
    const { family } = parsed;
    const answer = decided.get(family);
    const entry = answer?.part.entries[answer.first[i] ?? -1];
    const verdict = answer ? (entry?.verdict ?? "masquerade") : "return";
    return { ok: true, address, family, verdict, entry, managed: answer !== undefined };
  });
}
