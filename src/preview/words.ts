// The terms that the page uses.
import { type FamilyPolicy, formatAddressRange, type PolicyRule, type Verdict } from "../policy/index.ts";
import type { Look } from "./space.ts";
import { CONFIG_FILE } from "./state.ts";

const LOOKS: Readonly<Record<Look, string>> = {
  keep: "kept",
  masquerade: "masqueraded",
  snat: "translated",
  mixed: "mixed",
};

/** `kept`, `masqueraded`, `translated`, `mixed`. */
export const lookName = (look: Look): string => LOOKS[look];

/** `kept`, `masqueraded`, `translated to 203.0.113.5`. */
export const verdictName = (verdict: Verdict): string =>
  verdict.kind === "snat" ? `translated to ${formatAddressRange(verdict.to)}` : lookName(verdict.kind);

/** Where a rule comes from: `line 3`, `team.yaml line 3`. */
export function sourceName({ origin, reason }: PolicyRule): string {
  return origin
    ? `${origin.file === CONFIG_FILE ? "" : `${origin.file} `}line ${origin.line}`
    : reason === "link-local"
      ? "link-local"
      : "a default";
}

/** The rule that decides, and where it comes from. */
export function ruleName(rule: PolicyRule | undefined): string {
  return rule ? `${rule.prefix.network}, ${sourceName(rule)}` : "no entry contains it";
}

/** How many items a sentence names. */
const NAMED = 4;

/** `a`, `a or b`, `a, b or c`; long lists are truncated. */
export function either(names: readonly string[]): string {
  const shown = names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

/** Says which packets a policy applies to; undefined if it applies to all. */
export function scopeSentence({ family, scope, rules }: FamilyPolicy): string | undefined {
  const { sources, outputInterfaces } = scope;
  if (sources === "any" && outputInterfaces === "any") return undefined;
  const name = family === "ipv4" ? "IPv4" : "IPv6";
  if (sources !== "any" && sources.length === 0) {
    return `sourceCIDRs has no ${name} range: every ${name} packet keeps its address, whatever this page shows.`;
  }
  const limits = [
    ...(sources === "any" ? [] : [`come from ${either(sources.map(({ network }) => network))}`]),
    ...(outputInterfaces === "any" ? [] : [`leave through ${either(outputInterfaces)}`]),
  ];
  const what = rules.some(({ verdict }) => verdict.kind === "snat") ? "masqueraded or translated" : "masqueraded";
  return `Only packets that ${limits.join(" and ")} are ${what}; all others keep their address.`;
}

/** Says what enforceNonMasquerade means; undefined if the config does not set it. */
export function enforceSentence({ enforceKeep }: FamilyPolicy): string | undefined {
  return enforceKeep
    ? "enforceNonMasquerade is set: no other program on the node can translate kept packets, unless they go to a service."
    : undefined;
}

/** A share of the IPv4 space as a percentage. */
export function formatShare(addresses: number): string {
  const share = (addresses / 2 ** 32) * 100;
  if (share === 0 || share === 100) return `${share}%`;
  return share < 0.01 ? "under 0.01%" : share > 99.99 ? "over 99.99%" : `${share.toFixed(2)}%`;
}

/** `16,777,216`. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** Larger counts of addresses are shown as powers of two. */
const LARGE = 1n << 40n;

/** `1 address`, `65,536 addresses`, `2^64 addresses`. */
export function formatAddresses(count: bigint): string {
  if (count < LARGE) return `${count.toLocaleString("en-US")} address${count === 1n ? "" : "es"}`;
  const exponent = count.toString(2).length - 1;
  return `${count === 1n << BigInt(exponent) ? "" : "over "}2^${exponent} addresses`;
}

export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
