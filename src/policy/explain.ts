// Which entry decides about an address.
// This module is browser-compatible.
import { buildTable, parseAddresses } from "../core/index.ts";
import { type Outcome, outcomesOf } from "./outcomes.ts";
import type { FamilyPolicy } from "./policy.ts";

/** What happens to packets to one address, and why. */
export type Explanation =
  | ({ readonly ok: true; readonly address: string } & Outcome)
  | { readonly ok: false; readonly address: string };

/** Explains addresses under a policy, all in one pass through the core; the answers are in their order. */
export function explain(policy: readonly FamilyPolicy[], addresses: readonly string[]): readonly Explanation[] {
  const outcomes = outcomesOf(policy);
  const { records, read } = parseAddresses(addresses);
  const indexes = buildTable(outcomes.prefixes, "first").lookup(records);
  return addresses.map((address, i): Explanation => {
    return read[i]?.ok ? { ok: true, address, ...outcomes.at(indexes[i] ?? -1) } : { ok: false, address };
  });
}
