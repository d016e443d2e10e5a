// Config to policy: per family, what happens to packets by destination, and which packets it is about.
// This module is browser-compatible.
import type { Config, Destination } from "../config/index.ts";
import { type Family, LINK_LOCAL_CIDRS, type Prefix, parsePrefixes } from "../core/index.ts";
import type { PortRange } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { KEEP, MASQUERADE, sameVerdict, type Verdict } from "./verdict.ts";

/** What happens to packets to a block of destinations. */
export interface PolicyRule {
  readonly prefix: Prefix;
  readonly verdict: Verdict;
  /** Why it is there. */
  readonly reason: "link-local" | "default" | "config";
  /** Where the config says so; undefined for the other reasons. */
  readonly origin: Destination["origin"];
}

/** The policy of one family: the longest prefix of all rules that contains the destination decides. */
export interface FamilyPolicy {
  readonly family: Family;
  readonly chain: string;
  readonly scope: Scope;
  /** In the order in which they are written; for the decision it means nothing. Equal prefixes have equal verdicts. */
  readonly rules: readonly PolicyRule[];
  /** What happens to packets to destinations that no rule contains. */
  readonly fallback: Verdict;
  /** Source ports for tcp, udp and sctp, drawn in proportion to the ranges' sizes; empty: the kernel's choice. */
  readonly ports: readonly PortRange[];
  readonly randomFully: boolean;
  /** Must packets that keep their address be bound to it, so that nobody else translates them? */
  readonly enforceKeep: boolean;
}

/** What the flags say about the rules. */
export interface PolicyOptions {
  readonly chain: string;
  readonly ipv6: boolean;
  readonly randomFully: boolean;
  readonly ports: readonly PortRange[];
}

/** Makes the policy of each family that the agent keeps: IPv4 always, IPv6 if it is enabled. */
export function compilePolicy(config: Config, options: PolicyOptions): readonly FamilyPolicy[] {
  const families: readonly Family[] = options.ipv6 ? ["ipv4", "ipv6"] : ["ipv4"];
  const { chain, ports, randomFully } = options;
  return families.map((family) => {
    return {
      family,
      chain,
      scope: scopeOf(config, family),
      rules: rulesOf(config, family),
      fallback: MASQUERADE,
      ports,
      randomFully,
      enforceKeep: config.enforceNonMasquerade,
    };
  });
}

function scopeOf({ sourceCIDRs, outputInterfaces }: Config, family: Family): Scope {
  const sources = sourceCIDRs.map(({ prefix }) => prefix);
  return {
    sources: sources.length === 0 ? "any" : sources.filter((prefix) => prefix.family === family),
    outputInterfaces: outputInterfaces.length === 0 ? "any" : outputInterfaces.map(({ name }) => name),
  };
}

function rulesOf(config: Config, family: Family): readonly PolicyRule[] {
  const listed = (list: readonly Destination[], verdict: Verdict) =>
    list
      .filter(({ prefix }) => prefix.family === family)
      .map(({ prefix, origin }): PolicyRule => ({ prefix, verdict, reason: origin ? "config" : "default", origin }));
  const rules = [
    ...linkLocalOf(config, family),
    ...listed(config.nonMasqueradeCIDRs, KEEP),
    ...listed(config.masqueradeCIDRs, MASQUERADE),
    ...config.snat.flatMap(({ destinations, to }) => listed(destinations, { kind: "snat", to })),
  ];
  // What the config names is meant; what applies without being named gives way to it.
  const named = new Map(
    rules.filter(({ reason }) => reason === "config").map(({ prefix, verdict }) => [prefix.network, verdict] as const),
  );
  return rules.filter(({ prefix, verdict, reason }) => {
    const other = named.get(prefix.network);
    return reason === "config" || other === undefined || sameVerdict(other, verdict);
  });
}

function linkLocalOf({ masqLinkLocal, masqLinkLocalIPv6 }: Config, family: Family): PolicyRule[] {
  if ({ ipv4: masqLinkLocal, ipv6: masqLinkLocalIPv6 }[family]) return [];
  const { read } = parsePrefixes([LINK_LOCAL_CIDRS[family]]);
  return read.flatMap((prefix): PolicyRule[] =>
    prefix.ok ? [{ prefix, verdict: KEEP, reason: "link-local", origin: undefined }] : [],
  );
}
