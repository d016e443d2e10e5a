// Makes the lists of a config smaller without changing their meaning.
// This module is browser-compatible.
import { changesOf, countChanges, LINK_LOCAL_CIDRS, type Prefix, parsePrefixes } from "../core/index.ts";
import { reportedAs } from "../errors/index.ts";
import { type ParsedConfig, parseConfig } from "./config.ts";
import { type Group, type GroupedEntry, groupsOf } from "./groups.ts";
import { editList, type ListItem } from "./list-edit.ts";
import { KEPT, MASQUERADED } from "./lists.ts";
import type { Config, ConfigOptions, Destination } from "./model.ts";
import { decodeUtf8 } from "./source.ts";

/** A list of a config is written in a form that cannot be edited in place. */
export class ListEditError extends reportedAs("list-not-editable") {}

/** A change that makes a list smaller. */
export type ListChange =
  | { readonly op: "cover"; readonly entry: Destination; readonly by: Destination }
  | { readonly op: "merge"; readonly entries: readonly Destination[]; readonly into: string }
  | { readonly op: "remove"; readonly entry: Destination };

/** A list of the config, and its smallest form. */
export interface OptimizedList {
  readonly key: ListKey;
  readonly before: number;
  /** The CIDRs of the smaller list. */
  readonly networks: readonly string[];
  readonly changeCount: number;
  /** At most `limit` of the changes. */
  changes(limit?: number): ListChange[];
}

const LISTS = ["nonMasqueradeCIDRs", "masqueradeCIDRs"] as const;
type ListKey = (typeof LISTS)[number];

/** A valid config and its optimized form. */
export interface OptimizedConfig {
  readonly config: Config;
  /** The lists in the file. */
  readonly lists: readonly OptimizedList[];
  /** The config file with the smaller lists; otherwise unchanged, byte for byte. */
  readonly text: string;
}

/**
 * Parses a config, whose lists may be longer than its cidrLimit, and makes them smaller: an entry inside another with the
 * same verdict is removed, and two halves are merged, unless an entry with another verdict lies between. A merged entry
 * takes the place of its first part. `optimized` is undefined if the config is invalid. Throws {@link ListEditError}.
 */
export function optimizeConfig(
  source: Uint8Array,
  options: ConfigOptions,
): { parsed: ParsedConfig; optimized: OptimizedConfig | undefined } {
  const parsed = parseConfig(source, { ...options, anyLength: true });
  const { config, texts } = parsed;
  if (!config) return { parsed, optimized: undefined };
  const text = texts.get(options.file) ?? "";
  const { lists, edited } = optimizeLists(text, config, options);
  const whole = decodeUtf8(source) ?? text;
  const mark = whole.slice(0, whole.length - text.length);
  return { parsed, optimized: { config, lists, text: mark + edited } };
}

/** Makes the lists smaller, repeatedly until nothing changes: a removed entry may have separated others. */
function optimizeLists(
  text: string,
  config: Config,
  options: ConfigOptions,
): { lists: readonly OptimizedList[]; edited: string } {
  const { entries, groups } = divide(config);
  const lists = LISTS.filter((key) => config[key].some(({ span }) => span)).map((key) => listOf(key, entries, groups));
  const edited = edit(text, lists, entries, groups);
  const again = parseConfig(edited, { ...options, anyLength: true }).config;
  for (const { key, networks } of lists) {
    const found = again?.[key].filter(({ span }) => span).map(({ prefix }) => prefix.network);
    if (found && [...found].sort().join() === [...networks].sort().join()) continue;
    throw new ListEditError(
      `${key} in ${options.file} cannot be edited in place (an entry has an anchor or spans several lines, or the config is in quotes); the smaller list is:\n${networks.join("\n")}`,
    );
  }
  if (!again || lists.every(({ changeCount }) => changeCount === 0)) return { lists, edited };
  const rest = optimizeLists(edited, again, options);
  return { lists: lists.map((list) => joinLists(list, rest.lists)), edited: rest.edited };
}

/** Joins the results of two consecutive passes over a list. The second pass has the line numbers after the first. */
function joinLists(first: OptimizedList, later: readonly OptimizedList[]): OptimizedList {
  const second = later.find(({ key }) => key === first.key);
  if (!second) return first;
  return {
    key: first.key,
    before: first.before,
    networks: second.networks,
    changeCount: first.changeCount + second.changeCount,
    changes: (limit = Number.POSITIVE_INFINITY) => {
      const changes = first.changes(limit);
      return changes.length < limit ? [...changes, ...second.changes(limit - changes.length)] : changes;
    },
  };
}

/** An entry that takes part in decisions; `at` is the entry of the config, if it comes from a list that can be edited. */
interface Placed extends GroupedEntry {
  readonly at: Destination | undefined;
}

/** All entries that take part in decisions, in the order of the lists, and their groups. */
function divide(config: Config): { entries: readonly Placed[]; groups: readonly Group[] } {
  const implied = [
    ...(config.masqLinkLocal ? [] : [LINK_LOCAL_CIDRS.ipv4]),
    ...(config.masqLinkLocalIPv6 ? [] : [LINK_LOCAL_CIDRS.ipv6]),
  ];
  const linkLocal = parsePrefixes(implied).read.filter((one): one is Prefix => one.ok);
  const defaults = config.nonMasqueradeCIDRs.filter(({ span }) => !span).map(({ prefix }) => prefix);
  const unnamedNetworks = new Set([...linkLocal, ...defaults].map(({ network }) => network));
  const listed = (key: ListKey, verdict: string) =>
    config[key].map((at): Placed => {
      const overrides = verdict !== KEPT && unnamedNetworks.has(at.prefix.network);
      return { prefix: at.prefix, verdict, list: at.span ? key : undefined, at, overrides };
    });
  const fixed = (prefixes: readonly Prefix[], verdict: string) =>
    prefixes.map((prefix): Placed => ({ prefix, verdict, list: undefined, at: undefined }));
  const named = [
    ...listed("nonMasqueradeCIDRs", KEPT),
    ...listed("masqueradeCIDRs", MASQUERADED),
    ...config.snat.flatMap(({ destinations, to }) =>
      fixed(
        destinations.map(({ prefix }) => prefix),
        `${to.first} ${to.last}`,
      ),
    ),
  ];
  // Listed entries replace equal implied ones.
  const networks = new Set(named.filter(({ at }) => at?.span !== undefined || !at).map(({ prefix }) => prefix.network));
  const unnamed = fixed(linkLocal, KEPT).filter(({ prefix }) => !networks.has(prefix.network));
  const isReplaced = ({ at, prefix }: Placed) => at !== undefined && !at.span && networks.has(prefix.network);
  const entries = [...named.filter((entry) => !isReplaced(entry)), ...unnamed];
  return { entries, groups: groupsOf(entries, MASQUERADED) };
}

function listOf(key: ListKey, entries: readonly Placed[], all: readonly Group[]): OptimizedList {
  const groups = all.filter(({ list }) => list === key);
  const entryAt = (index: number | undefined) => entries[index ?? -1]?.at as Destination;
  const changes = (limit = Number.POSITIVE_INFINITY): ListChange[] =>
    groups.flatMap(({ members, smallest }): ListChange[] => {
      if (!smallest) return members.slice(0, limit).map((index) => ({ op: "remove", entry: entryAt(index) }));
      return changesOf(smallest, limit).map((change): ListChange => {
        if (change.op === "cover") {
          return { op: "cover", entry: entryAt(members[change.index]), by: entryAt(members[change.by]) };
        }
        const parts = change.indexes.map((index) => entryAt(members[index]));
        return { op: "merge", entries: parts, into: smallest.network(change.into) };
      });
    });
  const order = (change: ListChange) => (change.op === "merge" ? change.entries[0] : change.entry)?.span?.start ?? 0;
  const decoder = new TextDecoder();
  return {
    key,
    before: groups.reduce((sum, { members }) => sum + members.length, 0),
    networks: groups.flatMap(({ smallest }) =>
      smallest ? decoder.decode(smallest.text).split("\n").slice(0, -1) : [],
    ),
    changeCount: groups.reduce(
      (sum, { members, smallest }) => sum + (smallest ? countChanges(smallest) : members.length),
      0,
    ),
    changes: (limit) =>
      changes(limit)
        .sort((a, b) => order(a) - order(b))
        .slice(0, limit),
  };
}

/** The text with the smaller lists. */
function edit(
  text: string,
  lists: readonly OptimizedList[],
  entries: readonly Placed[],
  groups: readonly Group[],
): string {
  const items = lists.map(({ key }) =>
    itemsOf(
      entries,
      groups.filter(({ list }) => list === key),
    ),
  );
  // Edit the last list first, so that positions before it stay valid.
  const start = (list: readonly ListItem[]) => list[0]?.span.start ?? 0;
  return items.sort((a, b) => start(b) - start(a)).reduce((edited, list) => editList(edited, list), text);
}

/** The edit of each entry of a list, in the order of the text. */
function itemsOf(entries: readonly Placed[], groups: readonly Group[]): readonly ListItem[] {
  const items = groups.flatMap(({ members, smallest }) => {
    const placed = new Set<number>();
    return members.map((index, i): ListItem => {
      const span = entries[index]?.at?.span ?? { start: 0, end: 0 };
      const fate = smallest?.fates[i] ?? 0;
      if (!smallest || fate >= 0 || placed.has(fate)) return { span, becomes: null };
      placed.add(fate);
      return { span, becomes: smallest.parts[~fate] === 1 ? undefined : smallest.network(~fate) };
    });
  });
  return items.sort((a, b) => a.span.start - b.span.start);
}
