// The possible outcomes for packets by destination, as a list of prefixes: the longest that contains the destination decides.
// This module is browser-compatible.
import {
  type Family,
  joinRecords,
  type Prefix,
  type PrefixList,
  type PrefixRecords,
  parseRecords,
} from "../core/index.ts";
import type { FamilyPolicy, PolicyRule } from "./policy.ts";
import type { Scope } from "./scope.ts";
import { KEEP, MASQUERADE, type Verdict } from "./verdict.ts";

/** What happens to packets to certain destinations if they are in scope, and why. */
export interface Outcome {
  readonly family: Family;
  readonly verdict: Verdict;
  /** The rule that decides; undefined if none contains the destination. */
  readonly rule: PolicyRule | undefined;
  /** False if the agent has no rules for this family, so that every packet keeps its address. */
  readonly managed: boolean;
}

/**
 * All outcomes: those of the rules, then for each family the fallback, for destinations that no rule contains. So every
 * address has one.
 */
export interface Outcomes {
  /** Their prefixes, for longest-prefix lookup. */
  readonly prefixes: PrefixRecords;
  /** The outcome with this index. */
  at(index: number): Outcome;
  /** Only its verdict, which is cheap: a list may have a million entries. */
  verdict(index: number): Verdict;
  /** The scope of the family's packets. */
  readonly scopes: Readonly<Record<Family, Scope>>;
}

const everything = () => parseRecords(["0.0.0.0/0", "::/0"], "prefix");
const FAMILIES = ["ipv4", "ipv6"] as const;
const UNLIMITED: Scope = { sources: "any", outputInterfaces: "any" };

/** The outcomes of a policy. */
export function outcomesOf(policy: readonly FamilyPolicy[]): Outcomes {
  const rules = policy.flatMap((part) => part.rules);
  const records = parseRecords(
    rules.map(({ prefix }) => prefix.network),
    "prefix",
  );
  const find = (family: Family) => policy.find((part) => part.family === family);
  return withFallbacks(joinRecords(records, everything()), {
    rule: (index) => rules[index],
    verdict: (index) => rules[index]?.verdict ?? KEEP,
    fallback: (family) => find(family)?.fallback,
    scopes: { ipv4: find("ipv4")?.scope ?? UNLIMITED, ipv6: find("ipv6")?.scope ?? UNLIMITED },
  });
}

/** The outcomes of a valid plain list from `file`: its entries are kept, everything else is masqueraded. */
export function outcomesOfList(list: PrefixList, file: string, families: readonly Family[]): Outcomes {
  return withFallbacks(list.records(everything()), {
    rule: (index) => {
      if (index >= list.length) return undefined;
      const { prefix, line } = list.entry(index);
      return { prefix, verdict: KEEP, reason: "config", origin: { file, line, column: 1 } };
    },
    verdict: () => KEEP,
    fallback: (family) => (families.includes(family) ? MASQUERADE : undefined),
    scopes: { ipv4: UNLIMITED, ipv6: UNLIMITED },
  });
}

interface RuleReader {
  rule(index: number): PolicyRule | undefined;
  verdict(index: number): Verdict;
  /** Undefined for a family without rules of the agent. */
  fallback(family: Family): Verdict | undefined;
  readonly scopes: Outcomes["scopes"];
}

/** The outcomes of prefixes that end with those of {@link everything}. */
function withFallbacks(prefixes: PrefixRecords, { rule, verdict, fallback, scopes }: RuleReader): Outcomes {
  const count = prefixes.length - FAMILIES.length;
  const rest = FAMILIES.map((family): Outcome => {
    const found = fallback(family);
    return { family, verdict: found ?? KEEP, rule: undefined, managed: found !== undefined };
  });
  const restAt = (index: number) => {
    const outcome = rest[index - count];
    if (!outcome) throw new RangeError(`outcome ${index} does not exist`);
    return outcome;
  };
  return {
    prefixes,
    at: (index) => {
      const found = index < count ? rule(index) : undefined;
      if (found) return { family: found.prefix.family, verdict: found.verdict, rule: found, managed: true };
      return restAt(index);
    },
    verdict: (index) => (index < count ? verdict(index) : restAt(index).verdict),
    scopes,
  };
}

/** The source ranges of both families' scopes as one list for lookups. */
export interface SourceRanges {
  readonly prefixes: PrefixRecords;
  /** Whether an address in the range with this index is within its family's scope. */
  isWithin(index: number): boolean;
}

/** The source ranges of the scopes, followed by all addresses, so that every source has an index. */
export function sourceRangesOf({ scopes }: Pick<Outcomes, "scopes">): SourceRanges {
  const listed = ({ sources }: Scope): readonly Prefix[] => (sources === "any" ? [] : sources);
  const all = [...listed(scopes.ipv4), ...listed(scopes.ipv6)];
  const records = parseRecords(
    all.map(({ network }) => network),
    "prefix",
  );
  const rest = [scopes.ipv4.sources === "any", scopes.ipv6.sources === "any"];
  return {
    prefixes: joinRecords(records, everything()),
    isWithin: (index) => index < all.length || rest[index - all.length] === true,
  };
}
