// What the tools print to the chain as it is.
// This module is browser-compatible.
import { type ScannedRule, scanRules } from "../core/index.ts";

/** A chain as the kernel holds it. */
export interface ObservedChain {
  readonly exists: boolean;
  readonly rules: readonly ScannedRule[];
  /** Rules of POSTROUTING that lead to it, whoever made them. */
  readonly jumps: readonly ScannedRule[];
  /** Rules of other chains that lead to it, whole: never ours. */
  readonly references: readonly string[];
}

/** A tool printed something that is not a dump. */
export class UnreadableDumpError extends Error {
  override name = "UnreadableDumpError";
  /** The first line that cannot be read; undefined where the dump is cut short. */
  readonly line: string | undefined;
  constructor(line: string | undefined) {
    super(
      line === undefined ? "the output ends in the middle of a table" : `cannot read the line ${JSON.stringify(line)}`,
    );
    this.line = line;
  }
}

/**
 * Reads `iptables-save` (all tables, one table, with or without counters) or `iptables -t nat -S` output.
 * Throws {@link UnreadableDumpError} where it is neither.
 */
export function readObserved(dump: Uint8Array, chain: string): ObservedChain {
  const scan = scanRules(dump, chain);
  if (scan.unreadable.length > 0) throw new UnreadableDumpError(scan.unreadable[0]);
  if (!scan.whole) throw new UnreadableDumpError(undefined);
  const { chainExists, rules, jumps, references } = scan;
  return { exists: chainExists, rules, jumps, references };
}

/** How many rules a dump holds, in all its tables. */
export function countRules(dump: Uint8Array): number {
  return scanRules(dump, "").allRules;
}
