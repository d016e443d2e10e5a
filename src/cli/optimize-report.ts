// The report of the changes that optimize makes.
import type { OptimizedList } from "../config/index.ts";
import { type Aggregate, changesOf, countChanges, type PrefixList } from "../core/index.ts";
import { nameOf } from "./input.ts";

/** How many changes are listed, and how many parts of one merge; the others are counted. */
const MAX_CHANGES = 100;
const MAX_PARTS = 8;

/** An entry of a list. */
interface Entry {
  readonly network: string;
  readonly line: number;
}

type Change =
  | { readonly op: "cover"; readonly entry: Entry; readonly by: Entry }
  | { readonly op: "merge"; readonly entries: readonly Entry[]; readonly into: string }
  | { readonly op: "remove"; readonly entry: Entry };

/** A list before and after. */
export interface SmallerList {
  /** Its key in the config; undefined for a plain list. */
  readonly key: string | undefined;
  readonly before: number;
  readonly after: number;
  readonly changeCount: number;
  changes(limit?: number): readonly Change[];
  networks(): readonly string[];
}

/** A file with smaller lists. */
export interface Optimized {
  readonly lists: readonly SmallerList[];
  /** The file with the smaller lists in it, or the smallest list alone. */
  readonly text: string | Uint8Array;
  /** The config's limit for all its lists together; undefined for a plain list. */
  readonly cidrLimit: number | undefined;
}

/** From a plain list. */
export function fromPlainList(list: PrefixList, smallest: Aggregate): SmallerList {
  const entry = (index: number): Entry => {
    const { prefix, line } = list.entry(index);
    return { network: prefix.network, line };
  };
  return {
    key: undefined,
    before: list.length,
    after: smallest.length,
    changeCount: countChanges(smallest),
    changes: (limit) =>
      changesOf(smallest, limit).map((change) =>
        change.op === "cover"
          ? { op: "cover", entry: entry(change.index), by: entry(change.by) }
          : { op: "merge", entries: change.indexes.map(entry), into: smallest.network(change.into) },
      ),
    networks: () => new TextDecoder().decode(smallest.text).split("\n").slice(0, -1),
  };
}

/** From a list of a config. */
export function fromConfigList({ key, before, networks, changeCount, changes }: OptimizedList): SmallerList {
  type Listed = Parameters<typeof entry>[0];
  const entry = ({ prefix, origin }: { prefix: { network: string }; origin: { line: number } | undefined }): Entry => {
    return { network: prefix.network, line: origin?.line ?? 0 };
  };
  const each = (listed: readonly Listed[]) => listed.map(entry);
  return {
    key,
    before,
    after: networks.length,
    changeCount,
    changes: (limit) =>
      changes(limit).map((change): Change => {
        if (change.op === "merge") return { op: "merge", entries: each(change.entries), into: change.into };
        if (change.op === "remove") return { op: "remove", entry: entry(change.entry) };
        return { op: "cover", entry: entry(change.entry), by: entry(change.by) };
      }),
    networks: () => networks,
  };
}

/** The changes and the counts, as lines of text. */
export function report({ lists, cidrLimit }: Optimized, file: string): string[] {
  if (lists.length === 0) return [`${nameOf(file)}: no CIDRs`];
  const total = lists.reduce((sum, { after }) => sum + after, 0);
  const limit =
    cidrLimit === undefined
      ? ""
      : total <= cidrLimit
        ? `, within cidrLimit ${cidrLimit}`
        : `, still more than cidrLimit ${cidrLimit}: raise it to ${total}`;
  return lists.flatMap((list, i) => {
    const { key, before, after } = list;
    const which = lists.length > 1 ? ` ${key}` : "";
    const count = `${before} -> ${after} ${after === 1 ? "CIDR" : "CIDRs"}`;
    return [...changeLines(list), `${nameOf(file)}:${which} ${count}${i === lists.length - 1 ? limit : ""}`];
  });
}

function changeLines({ changes, changeCount }: SmallerList): string[] {
  const lines = changes(MAX_CHANGES).map(formatChange);
  return changeCount > lines.length ? [...lines, `… and ${changeCount - lines.length} more`] : lines;
}

const place = ({ network, line }: Entry) => `${network} (line ${line})`;

function formatChange(change: Change): string {
  switch (change.op) {
    case "cover": {
      const same = change.entry.network === change.by.network;
      return `${place(change.entry)} ${same ? "duplicates" : "is covered by"} ${place(change.by)}`;
    }
    case "remove":
      return `${place(change.entry)} has no effect: it is masqueraded anyway`;
    case "merge": {
      const parts = change.entries.slice(0, MAX_PARTS).map(place);
      const more = change.entries.length - parts.length;
      return `${[...parts, ...(more > 0 ? [`${more} more`] : [])].join(" + ")} -> ${change.into}`;
    }
  }
}

/** The report as data: the first list at the top level, any other under its key. */
export function describe({ lists, cidrLimit }: Optimized): object {
  const total = lists.reduce((sum, { after }) => sum + after, 0);
  const limits = cidrLimit === undefined ? {} : { cidrLimit, withinLimit: total <= cidrLimit };
  const first = lists.find(({ key }) => key !== "masqueradeCIDRs");
  const others = lists.filter((list) => list !== first);
  return {
    ...describeList(first, limits),
    ...Object.fromEntries(others.map((list) => [list.key, describeList(list, {})])),
  };
}

function describeList(list: SmallerList | undefined, limits: object): object {
  const named = ({ network, line }: Entry) => ({ cidr: network, line });
  const changes = list?.changes() ?? [];
  return {
    before: list?.before ?? 0,
    after: list?.after ?? 0,
    ...limits,
    cidrs: list?.networks() ?? [],
    covered: changes.flatMap((one) => (one.op === "cover" ? [{ ...named(one.entry), by: named(one.by) }] : [])),
    merged: changes.flatMap((one) => (one.op === "merge" ? [{ cidr: one.into, parts: one.entries.map(named) }] : [])),
    removed: changes.flatMap((one) => (one.op === "remove" ? [named(one.entry)] : [])),
  };
}
