// What the rules of a chain mean: the policy that they implement, whichever program wrote them.
// This module is browser-compatible.
import { type Family, parsePrefixes } from "../../core/index.ts";
import {
  type FamilyPolicy,
  KEEP,
  type PolicyChange,
  type PolicyRule,
  type PortRange,
  parsePorts,
  type Scope,
} from "../../policy/index.ts";
import { counted, type Meaning } from "../meaning.ts";
import { desiredChain } from "./desired.ts";
import { entriesOf } from "./entries.ts";
import { NFT_TEXT_MARK, type ObservedChain } from "./observed.ts";
import { type ReadRule, readRule } from "./read-rule.ts";

/** The meaning of a chain, compared with the desired policy. */
export function readMeaning(after: FamilyPolicy, observed: ObservedChain): Meaning {
  const { chain, family } = after;
  if (observed.rules.some(({ spec }) => spec.startsWith(NFT_TEXT_MARK))) return unreadable(after, observed);
  const read = observed.rules.map(({ spec }) => readRule(spec));
  const rules = read.filter((rule) => rule !== undefined);
  const { entries, dead, alien } = entriesOf(
    rules.filter(({ protocol }) => protocol === ""),
    family,
  );
  const translating = entries.filter(({ verdict }) => verdict.kind !== "keep");
  const pairs = new Set(translating.flatMap((one) => [...one.pairs]));
  const partial = translating.filter((one) => one.pairs.size < pairs.size).length;
  const rest = entries.find(({ prefix }) => prefix.bits === 0);
  const before: FamilyPolicy = {
    ...after,
    scope: scopeOf([...pairs], family),
    rules: entries
      .filter((entry) => entry !== rest)
      .map(({ prefix, verdict }): PolicyRule => ({ prefix, verdict, reason: "config", origin: undefined })),
    fallback: rest?.verdict ?? KEEP,
    ports: portsOf(rules),
    randomFully: translating.length === 0 ? after.randomFully : rules.some(({ random }) => random),
    enforceKeep: false,
  };
  const why = whyAbsent(observed, chain);
  return {
    ...{ before: why === "" ? before : undefined, why, hasEntries: true },
    // iptables rules cannot enforce kept addresses.
    after: { ...after, enforceKeep: false },
    others: [
      ...counted("remove", read.length - rules.length + alien, "rule of another program", `in chain ${chain}`),
      ...counted("remove", dead, "rule shadowed by an earlier one", `in chain ${chain}`),
      ...(partial > 0
        ? [{ op: "change", text: "missing rules for some sources or interfaces are added" } as const]
        : []),
      ...changesOfJumps(after, observed),
    ],
  };
}

function unreadable(after: FamilyPolicy, observed: ObservedChain): Meaning {
  return {
    ...{ before: undefined, why: `chain ${after.chain} has a rule that iptables cannot show`, isUnreadable: true },
    ...{ after: { ...after, enforceKeep: false }, hasEntries: true, others: changesOfJumps(after, observed) },
  };
}

function changesOfJumps(after: FamilyPolicy, { jumps }: ObservedChain): readonly PolicyChange[] {
  const { chain, jump } = desiredChain(after);
  const isOther = jumps.length > 0 && jumps.every(({ spec }) => spec !== jump);
  return [
    ...counted("remove", Math.max(jumps.length - 1, 0), "jump too many", `to chain ${chain}`),
    ...(isOther ? [{ op: "change", text: `the jump to chain ${chain} is replaced` } as const] : []),
  ];
}

/** Why no packet reaches a rule; empty if packets do. */
function whyAbsent({ exists, jumps, rules }: ObservedChain, chain: string): string {
  if (!exists) return `chain ${chain} does not exist`;
  if (jumps.length === 0) return `no rule in POSTROUTING jumps to chain ${chain}`;
  return rules.length === 0 ? `chain ${chain} has no rules` : "";
}

function scopeOf(pairs: readonly string[], family: Family): Scope {
  const parts = (at: 0 | 1) => [...new Set(pairs.map((pair) => pair.split(" ")[at] ?? ""))];
  const [sources, outputs] = [parts(0), parts(1)];
  const { read } = parsePrefixes(sources.filter((source) => source !== ""));
  return {
    sources:
      sources.includes("") || pairs.length === 0
        ? "any"
        : read.flatMap((prefix) => (prefix.ok && prefix.family === family ? [prefix] : [])),
    outputInterfaces: outputs.includes("") || pairs.length === 0 ? "any" : outputs,
  };
}

/** The port ranges in the rules of the first entry and protocol that have any. */
function portsOf(rules: readonly ReadRule[]): readonly PortRange[] {
  const first = rules.find(({ protocol }) => protocol !== "");
  const isLike = (rule: ReadRule) =>
    first !== undefined &&
    (["protocol", "source", "destination", "output"] as const).every((key) => rule[key] === first[key]);
  const parsed = parsePorts([...new Set(rules.filter(isLike).map(({ ports }) => ports))].join(","));
  return parsed.ok ? parsed.ranges : [];
}
