// Which packets a policy is about at all.
// This module is browser-compatible.
import type { Prefix } from "../core/index.ts";

/** A packet outside the scope passes untouched. */
export interface Scope {
  /** The packet's source lies in one of these; an empty list has no packet in it. */
  readonly sources: "any" | readonly Prefix[];
  /** It leaves by one of these; a trailing `*` stands for any rest of the name. */
  readonly outputInterfaces: "any" | readonly string[];
}

/** What a scope looks at. */
export type ScopePart = "source" | "outputInterface";

/** What is known of a packet: is it within that part of the scope? Undefined if that is not known. */
export type ScopeFacts = Readonly<Record<ScopePart, boolean | undefined>>;

/** The parts by which a scope leaves packets out. */
export function limitsOf({ sources, outputInterfaces }: Scope): readonly ScopePart[] {
  return [
    ...(sources === "any" ? [] : (["source"] as const)),
    ...(outputInterfaces === "any" ? [] : (["outputInterface"] as const)),
  ];
}

/** Is no packet in the scope, as of a family that has no source in it? */
export const isEmpty = ({ sources }: Scope): boolean => sources.length === 0;

/** Does a name of `outputInterfaces` stand for this interface? */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Is the interface in the scope? */
export function includesInterface({ outputInterfaces }: Scope, name: string): boolean {
  return outputInterfaces === "any" || outputInterfaces.some((pattern) => matchesInterface(pattern, name));
}

const CONDITIONS: Readonly<Record<ScopePart, string>> = {
  source: "its source is in sourceCIDRs",
  outputInterface: "it leaves by one of outputInterfaces",
};

/** What must be true of a packet for a verdict to hold, as the end of a sentence; empty if nothing must. */
export function formatConditions(parts: readonly ScopePart[]): string {
  return parts.length === 0 ? "" : `, if ${parts.map((part) => CONDITIONS[part]).join(" and ")}`;
}
