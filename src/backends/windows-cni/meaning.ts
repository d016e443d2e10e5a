// What the exceptions of a CNI config mean.
// This module is browser-compatible.
import { parsePrefixes } from "../../core/index.ts";
import { type FamilyPolicy, KEEP, MASQUERADE, type PolicyRule } from "../../policy/index.ts";
import { counted, type Meaning } from "../meaning.ts";
import { exceptionsOf } from "./exceptions.ts";

/** The meaning of a list of exceptions (undefined: no list), compared with the desired policy. */
export function readMeaning(policy: FamilyPolicy, exceptions: readonly string[] | undefined, file: string): Meaning {
  const { rules, odd } = rulesOf(policy, exceptions ?? []);
  return {
    before: exceptions && { ...policy, rules, fallback: MASQUERADE },
    why: `${file} has no list of exceptions`,
    // What the list cannot express is left out on both sides.
    after: { ...policy, rules: rulesOf(policy, exceptionsOf(policy)).rules, fallback: MASQUERADE },
    hasEntries: true,
    others: counted("remove", odd, "exception other than an IPv4 CIDR", `in ${file}`),
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
