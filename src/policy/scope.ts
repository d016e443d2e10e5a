// The scope: which packets a policy applies to.
// This module is browser-compatible.
import type { Prefix } from "../core/index.ts";

/** The packets that a policy applies to; others pass untouched. */
export interface Scope {
  /** The packet's source must be in one of these; no packet matches an empty list. */
  readonly sources: "any" | readonly Prefix[];
  /** The packet must leave through one of these; a trailing `*` matches any ending. */
  readonly outputInterfaces: "any" | readonly string[];
}

/** The parts of a scope. */
export type ScopePart = "source" | "outputInterface";

/** For each part, whether a packet is within it; undefined if unknown. */
export type ScopeFacts = Readonly<Record<ScopePart, boolean | undefined>>;

/** The parts that limit a scope. */
export function limitsOf({ sources, outputInterfaces }: Scope): readonly ScopePart[] {
  return [
    ...(sources === "any" ? [] : (["source"] as const)),
    ...(outputInterfaces === "any" ? [] : (["outputInterface"] as const)),
  ];
}

/** Whether no packet is in the scope, as for a family without source ranges. */
export const isEmpty = ({ sources }: Scope): boolean => sources.length === 0;

/** Whether an entry of `outputInterfaces` matches this interface. */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Whether the interface is in the scope. */
export function includesInterface({ outputInterfaces }: Scope, name: string): boolean {
  return outputInterfaces === "any" || outputInterfaces.some((pattern) => matchesInterface(pattern, name));
}

const CONDITIONS: Readonly<Record<ScopePart, string>> = {
  source: "its source is in sourceCIDRs",
  outputInterface: "it leaves through one of outputInterfaces",
};

/** The conditions under which a verdict applies, as the end of a sentence; empty if there are none. */
export function formatConditions(parts: readonly ScopePart[]): string {
  return parts.length === 0 ? "" : `, if ${parts.map((part) => CONDITIONS[part]).join(" and ")}`;
}
