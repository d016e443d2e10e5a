// How the page names things.
import { formatAddressRange, type PolicyRule, type Verdict } from "../policy/index.ts";
import type { Look } from "./space.ts";

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

/** Where a rule comes from. */
export function sourceName({ origin, reason }: PolicyRule): string {
  return origin ? `line ${origin.line}` : reason === "link-local" ? "link-local" : "a default";
}

/** The rule that decides, and where it comes from. */
export function ruleName(rule: PolicyRule | undefined): string {
  return rule ? `${rule.prefix.network}, ${sourceName(rule)}` : "no entry contains it";
}

/** A share of the IPv4 space, in per cent with enough digits to see something. */
export function formatShare(addresses: number): string {
  const share = (addresses / 2 ** 32) * 100;
  if (share === 0 || share === 100) return `${share} %`;
  return share < 0.01 ? "under 0.01 %" : share > 99.99 ? "over 99.99 %" : `${share.toFixed(2)} %`;
}

/** `16,777,216`. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
