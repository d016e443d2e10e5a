// What can happen to a packet, as one list: the first prefix in it that contains the destination tells.
// This module is browser-compatible.
import { type Family, joinRecords, type PrefixList, type PrefixRecords, parsePrefixes } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry, Verdict } from "./policy.ts";

/** What happens to packets to some addresses, and why. */
export interface Outcome {
  readonly family: Family;
  readonly verdict: Verdict;
  /** The entry that decides: the first in the chain that contains the address; undefined where none does. */
  readonly entry: PolicyEntry | undefined;
  /** False where the agent keeps no rules for this family, so nothing is masqueraded. */
  readonly managed: boolean;
}

/**
 * All outcomes, in the order in which they are tried: those of the entries, then for each family that of an address which
 * no entry contains, as the chain's last rule has it. So every address has one.
 */
export interface Outcomes {
  readonly prefixes: PrefixRecords;
  /** The outcome with this index. */
  at(index: number): Outcome;
  /** For each outcome a 1 where its verdict is this one, else a 0. */
  having(verdict: Verdict): Uint8Array;
}

const EVERYTHING = ["0.0.0.0/0", "::/0"];

/** The outcomes of a policy. */
export function outcomesOf(policy: readonly FamilyPolicy[]): Outcomes {
  const entries = policy.flatMap((part) => part.entries);
  const { records } = parsePrefixes(entries.map(({ prefix }) => prefix.network));
  const families = policy.map(({ family }) => family);
  return withRest(records, families, {
    entry: (index) => entries[index],
    verdict: (index) => entries[index]?.verdict ?? "return",
  });
}

/** The outcomes of a plain list from `file`: what it holds is returned, the rest is masqueraded. Nothing in it is flawed. */
export function outcomesOfList(list: PrefixList, file: string, families: readonly Family[]): Outcomes {
  return withRest(list.records(), families, {
    entry: (index) => {
      if (index >= list.length) return undefined;
      const { prefix, line } = list.entry(index);
      return { prefix, verdict: "return", reason: "config", origin: { file, line, column: 1 } };
    },
    verdict: () => "return",
  });
}

/** What there is to know of an entry. The verdict alone is cheap, and a list may have a million. */
interface EntryReader {
  entry(index: number): PolicyEntry | undefined;
  verdict(index: number): Verdict;
}

function withRest(entries: PrefixRecords, families: readonly Family[], read: EntryReader): Outcomes {
  const rest = (["ipv4", "ipv6"] as const).map((family): Outcome => {
    const managed = families.includes(family);
    return { family, verdict: managed ? "masquerade" : "return", entry: undefined, managed };
  });
  return {
    prefixes: joinRecords(entries, parsePrefixes(EVERYTHING).records),
    at: (index) => {
      const entry = read.entry(index);
      if (entry) return { family: entry.prefix.family, verdict: entry.verdict, entry, managed: true };
      const outcome = rest[index - entries.length];
      if (!outcome) throw new RangeError(`there is no outcome ${index}`);
      return outcome;
    },
    having: (verdict) => {
      const flags = new Uint8Array(entries.length + rest.length);
      for (let i = 0; i < entries.length; i++) flags[i] = read.verdict(i) === verdict ? 1 : 0;
      for (const [i, outcome] of rest.entries()) flags[entries.length + i] = outcome.verdict === verdict ? 1 : 0;
      return flags;
    },
  };
}
