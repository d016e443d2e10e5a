// Lists of several verdicts, divided so that each part can be made smaller by itself.
// This module is browser-compatible.
import { type Aggregate, addressOf, aggregate, findCovers, type Prefix, parseRecords } from "../core/index.ts";

/** An entry of a list, as far as the decision is concerned. */
export interface GroupedEntry {
  readonly prefix: Prefix;
  readonly verdict: string;
  /** The list that it may be moved within; undefined: it stays as it is. */
  readonly list: string | undefined;
  /** Does it take the place of a range with another verdict, which would apply without it? Then it stays. */
  readonly overrides?: boolean;
}

/** Entries of one list that lie directly inside the same entry of another verdict, or inside none. */
export interface Group {
  readonly list: string;
  /** Indexes of the entries. */
  readonly members: readonly number[];
  /** The smallest list of the same addresses; undefined if the members change nothing at all. */
  readonly smallest: Aggregate | undefined;
}

/**
 * Divides entries of which the longest prefix decides. Within a group no entry of another verdict stands between one
 * prefix and another that contains it, and no two halves make up the entry that contains the group: so whatever covers the
 * same addresses decides the same. `fallback` is the verdict of addresses that no entry contains.
 */
export function groupsOf(entries: readonly GroupedEntry[], fallback: string): Group[] {
  const records = parseRecords(
    entries.map(({ prefix }) => prefix.network),
    "prefix",
  );
  const covers = findCovers(records);
  // The innermost entry of another verdict or list that contains this one; -1 if there is none.
  const contexts = new Map<number, number>();
  const contextOf = (index: number): number => {
    const known = contexts.get(index);
    if (known !== undefined) return known;
    const cover = covers[index] ?? -1;
    const [inner, outer] = [entries[index], entries[cover]];
    // An entry of the same verdict that stays whatever happens to the list is no border: what it covers decides the same.
    const isSame = outer !== undefined && outer.verdict === inner?.verdict;
    const isBorder = !isSame || (outer.list !== inner?.list && outer.list !== undefined && inner?.list !== undefined);
    const context = isBorder ? cover : contextOf(cover);
    contexts.set(index, context);
    return context;
  };
  const groups = new Map<string, { list: string; changesNothing: boolean; members: number[] }>();
  for (const [index, { prefix, verdict, list, overrides }] of entries.entries()) {
    if (list === undefined) continue;
    const context = contextOf(index);
    const outer = entries[context]?.prefix;
    const half = outer ? bitAfter(addressOf(records, index), prefix, outer.bits) : 0n;
    const key = overrides ? `${list} itself ${index}` : `${list} ${context} ${half}`;
    const changesNothing = !overrides && context < 0 && verdict === fallback;
    const group = groups.get(key) ?? { list, changesNothing, members: [] };
    group.members.push(index);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ list, changesNothing, members }) => {
    const networks = members.map((index) => entries[index]?.prefix.network ?? "");
    return { list, members, smallest: changesNothing ? undefined : aggregate(parseRecords(networks, "prefix")) };
  });
}

/** The bit of an address behind its first `bits` bits. */
function bitAfter(address: bigint, { family }: Prefix, bits: number): bigint {
  const width = family === "ipv4" ? 32 : 128;
  return bits < width ? (address >> BigInt(width - bits - 1)) & 1n : 0n;
}
