// What the exceptions of a CNI config mean.
// This module is browser-compatible.
import { parsePrefixes } from "../../core/index.ts";
import { type FamilyPolicy, KEEP, MASQUERADE, type PolicyRule } from "../../policy/index.ts";
import { counted, type Meaning } from "../meaning.ts";
import { exceptionsOf } from "./exceptions.ts";

/** What a list of exceptions means beside a policy that is wanted; undefined: there is none. */
export function readMeaning(policy: FamilyPolicy, exceptions: readonly string[] | undefined, file: string): Meaning {
  const { rules, odd } = rulesOf(policy, exceptions ?? []);
  return {
    before: exceptions && { ...policy, rules, fallback: MASQUERADE },
    why: `there is no list of exceptions in ${file}`,
    // What the list cannot say is left out on both sides.
    after: { ...policy, rules: rulesOf(policy, exceptionsOf(policy)).rules, fallback: MASQUERADE },
    hasEntries: true,
    others: counted("remove", odd, "exception without a CIDR", `in ${file}`),
  };
}

function rulesOf(
  { family }: FamilyPolicy,
  cidrs: readonly string[],
): { readonly rules: readonly PolicyRule[]; readonly odd: number } {
  const rules = parsePrefixes(cidrs).read.flatMap((prefix): PolicyRule[] =>
    prefix.ok && prefix.family === family ? [{ prefix, verdict: KEEP, reason: "config", origin: undefined }] : [],
  );
  return { rules, odd: cidrs.length - rules.length };
}
