// Divides lists with several verdicts into groups that can be made smaller independently.
// This module is browser-compatible.
import { type Aggregate, addressOf, aggregate, findCovers, type Prefix, parseRecords } from "../core/index.ts";

/** An entry of a list, as far as it affects decisions. */
export interface GroupedEntry {
  readonly prefix: Prefix;
  readonly verdict: string;
  /** The list that it belongs to; undefined: it must stay as it is. */
  readonly list: string | undefined;
  /** Whether it overrides an implied range with another verdict, which would apply without it. Then it stays. */
  readonly overrides?: boolean;
}

/** Entries of one list that lie directly inside the same entry with another verdict, or inside none. */
export interface Group {
  readonly list: string;
  /** The indexes of the entries. */
  readonly members: readonly number[];
  /** The smallest list of the same addresses; undefined if the members have no effect. */
  readonly smallest: Aggregate | undefined;
}

/**
 * Divides entries among which the longest prefix decides. Within a group, no entry with another verdict lies between a
 * prefix and another that contains it, and no two halves merge into the entry that contains the group: any list of the same
 * addresses gives the same decisions. `fallback` is the verdict for addresses that no entry contains.
 */
export function groupsOf(entries: readonly GroupedEntry[], fallback: string): Group[] {
  const records = parseRecords(
    entries.map(({ prefix }) => prefix.network),
    "prefix",
  );
  const covers = findCovers(records);
  // The innermost entry with another verdict or of another list that contains this one; -1 if there is none.
  const contexts = new Map<number, number>();
  const contextOf = (index: number): number => {
    const known = contexts.get(index);
    if (known !== undefined) return known;
    const cover = covers[index] ?? -1;
    const [inner, outer] = [entries[index], entries[cover]];
    // An entry with the same verdict that always stays is not a border: whatever it covers has the same verdict.
    const isSame = outer !== undefined && outer.verdict === inner?.verdict;
    const isBorder = !isSame || (outer.list !== inner?.list && outer.list !== undefined && inner?.list !== undefined);
    const context = isBorder ? cover : contextOf(cover);
    contexts.set(index, context);
    return context;
  };
  const groups = new Map<string, { list: string; hasNoEffect: boolean; members: number[] }>();
  for (const [index, { prefix, verdict, list, overrides }] of entries.entries()) {
    if (list === undefined) continue;
    const context = contextOf(index);
    const outer = entries[context]?.prefix;
    const half = outer ? bitAfter(addressOf(records, index), prefix, outer.bits) : 0n;
    const key = overrides ? `${list} itself ${index}` : `${list} ${context} ${half}`;
    const hasNoEffect = !overrides && context < 0 && verdict === fallback;
    const group = groups.get(key) ?? { list, hasNoEffect, members: [] };
    group.members.push(index);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ list, hasNoEffect, members }) => {
    const networks = members.map((index) => entries[index]?.prefix.network ?? "");
    return { list, members, smallest: hasNoEffect ? undefined : aggregate(parseRecords(networks, "prefix")) };
  });
}

/** The bit of an address after its first `bits` bits. */
function bitAfter(address: bigint, { family }: Prefix, bits: number): bigint {
  const width = family === "ipv4" ? 32 : 128;
  return bits < width ? (address >> BigInt(width - bits - 1)) & 1n : 0n;
}
