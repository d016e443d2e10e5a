// Compiles a config into a policy: for each family, the verdicts by destination, and the scope.
// This module is browser-compatible.
import type { Config, Destination } from "../config/index.ts";
import {
  eachInSteps,
  type Family,
  finish,
  LINK_LOCAL_CIDRS,
  type Prefix,
  parsePrefixes,
  type Steps,
} from "../core/index.ts";
import type { PortRange } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { KEEP, MASQUERADE, sameVerdict, type Verdict } from "./verdict.ts";

/** What happens to packets to a block of destinations. */
export interface PolicyRule {
  readonly prefix: Prefix;
  readonly verdict: Verdict;
  /** Why the rule exists. */
  readonly reason: "link-local" | "default" | "config";
  /** Its position in the config; undefined for the other reasons. */
  readonly origin: Destination["origin"];
}

/** The policy of one family: the longest prefix of all rules that contains the destination decides. */
export interface FamilyPolicy {
  readonly family: Family;
  readonly chain: string;
  readonly scope: Scope;
  /** In the order of the config, which does not affect decisions. Equal prefixes have equal verdicts. */
  readonly rules: readonly PolicyRule[];
  /** What happens to packets to destinations that no rule contains. */
  readonly fallback: Verdict;
  /** Source ports for tcp, udp and sctp, used in proportion to the sizes of the ranges; empty: the kernel's choice. */
  readonly ports: readonly PortRange[];
  readonly randomFully: boolean;
  /** Whether to bind packets that keep their address to it, so that no other program translates them. */
  readonly enforceKeep: boolean;
}

/** The flags that affect the rules. */
export interface PolicyOptions {
  readonly chain: string;
  readonly ipv6: boolean;
  readonly randomFully: boolean;
  readonly ports: readonly PortRange[];
}

/** Compiles the policy of each family that the agent maintains: IPv4 always, IPv6 if it is enabled. */
export function compilePolicy(config: Config, options: PolicyOptions): readonly FamilyPolicy[] {
  return finish(compilePolicyInSteps(config, options));
}

/** {@link compilePolicy} in steps. */
export function* compilePolicyInSteps(config: Config, options: PolicyOptions): Steps<readonly FamilyPolicy[]> {
  const families: readonly Family[] = options.ipv6 ? ["ipv4", "ipv6"] : ["ipv4"];
  const { chain, ports, randomFully } = options;
  const policies: FamilyPolicy[] = [];
  for (const family of families) {
    const scope = scopeOf(config, family);
    const rules = yield* rulesOf(config, family);
    policies.push({
      family,
      chain,
      scope,
      rules,
      fallback: MASQUERADE,
      ports,
      randomFully,
      enforceKeep: config.enforceNonMasquerade,
    });
  }
  return policies;
}

function scopeOf({ sourceCIDRs, outputInterfaces }: Config, family: Family): Scope {
  const sources = sourceCIDRs.map(({ prefix }) => prefix);
  return {
    sources: sources.length === 0 ? "any" : sources.filter((prefix) => prefix.family === family),
    outputInterfaces: outputInterfaces.length === 0 ? "any" : outputInterfaces.map(({ name }) => name),
  };
}

function* rulesOf(config: Config, family: Family): Steps<readonly PolicyRule[]> {
  const rules = linkLocalOf(config, family);
  // Entries of the config override implied ones.
  const named = new Map<string, Verdict>();
  const list = (destinations: readonly Destination[], verdict: Verdict) =>
    eachInSteps(destinations, ({ prefix, origin }) => {
      if (prefix.family !== family) return;
      rules.push({ prefix, verdict, reason: origin ? "config" : "default", origin });
      if (origin) named.set(prefix.network, verdict);
    });
  yield* list(config.nonMasqueradeCIDRs, KEEP);
  yield* list(config.masqueradeCIDRs, MASQUERADE);
  for (const { destinations, to } of config.snat) yield* list(destinations, { kind: "snat", to });
  const left: PolicyRule[] = [];
  yield* eachInSteps(rules, (rule) => {
    const other = rule.reason === "config" ? undefined : named.get(rule.prefix.network);
    if (other === undefined || sameVerdict(other, rule.verdict)) left.push(rule);
  });
  return left;
}

function linkLocalOf({ masqLinkLocal, masqLinkLocalIPv6 }: Config, family: Family): PolicyRule[] {
  if ({ ipv4: masqLinkLocal, ipv6: masqLinkLocalIPv6 }[family]) return [];
  const { read } = parsePrefixes([LINK_LOCAL_CIDRS[family]]);
  return read.flatMap((prefix): PolicyRule[] =>
    prefix.ok ? [{ prefix, verdict: KEEP, reason: "link-local", origin: undefined }] : [],
  );
}
