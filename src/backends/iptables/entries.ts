// The entries that the rules of a chain amount to. In a chain, the first rule that matches decides.
// This module is browser-compatible.
import { addressOf, type Family, type Prefix, parsePrefixes } from "../../core/index.ts";
import { formatVerdict, type Verdict } from "../../policy/index.ts";
import type { ReadRule } from "./read-rule.ts";

/** A destination and its verdict. */
export interface Entry {
  readonly prefix: Prefix;
  readonly verdict: Verdict;
  /** The packets that it applies to, as pairs of a source and an interface. */
  readonly pairs: Set<string>;
}

/** The entries by prefix length and bits. */
type ByBits = Map<number, Map<bigint, Entry>>;

/** The entry with the longest prefix that contains or equals a prefix with this address. */
function coveringOf(byBits: ByBits, prefix: Prefix, address: bigint, width: number): Entry | undefined {
  for (let bits = prefix.bits; bits >= 0; bits--) {
    const found = byBits.get(bits)?.get(address >> BigInt(width - bits));
    if (found) return found;
  }
  return undefined;
}

/**
 * The entries for which the longest prefix decides as the chain does with its first match: a rule inside an earlier one
 * with a different verdict never decides.
 */
export function entriesOf(
  rules: readonly ReadRule[],
  family: Family,
): {
  readonly entries: readonly Entry[];
  /** How many rules never decide. */
  readonly dead: number;
  /** How many rules have a destination that is not of the family. */
  readonly alien: number;
} {
  const everything = family === "ipv4" ? "0.0.0.0/0" : "::/0";
  const { records, read } = parsePrefixes(rules.map(({ destination }) => destination || everything));
  const width = family === "ipv4" ? 32 : 128;
  const byBits: ByBits = new Map();
  const entries: Entry[] = [];
  let dead = 0;
  let alien = 0;
  for (const [i, { source, output, verdict }] of rules.entries()) {
    const prefix = read[i];
    if (!prefix?.ok || prefix.family !== family) {
      alien++;
      continue;
    }
    const address = addressOf(records, i);
    const covering = coveringOf(byBits, prefix, address, width);
    const pair = `${source} ${output}`;
    const isSame = covering !== undefined && formatVerdict(covering.verdict) === formatVerdict(verdict);
    if (isSame && covering.prefix.bits === prefix.bits) {
      if (covering.pairs.has(pair)) dead++;
      covering.pairs.add(pair);
      continue;
    }
    if (covering && !isSame) {
      // The chain's last rule, for everything, is not counted as dead.
      if (prefix.bits > 0) dead++;
      continue;
    }
    const entry: Entry = { prefix, verdict, pairs: new Set([pair]) };
    entries.push(entry);
    const known = byBits.get(prefix.bits) ?? new Map<bigint, Entry>();
    byBits.set(prefix.bits, known.set(address >> BigInt(width - prefix.bits), entry));
  }
  return { entries, dead, alien };
}
