// A thread that parses one config and returns it in pieces.
import { type Config, type Destination, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import { CONFIG_THREAD, starterOf } from "../host/index.ts";
import type { LoadedSource } from "./config-file.ts";

/** The first message to the thread: what to parse. Later messages are empty and request the next reply. */
export interface ParseTask {
  readonly sources: readonly LoadedSource[];
  readonly options: ReadOptions;
}

/** The replies, one for each message: the thread runs, the config without its lists, pieces of the lists, the end. */
export type ParseReply =
  | { readonly kind: "ready" }
  | { readonly kind: "parsed"; readonly parsed: ParsedConfig }
  | { readonly kind: "piece"; readonly list: number; readonly destinations: readonly Destination[] }
  | { readonly kind: "done" };

/** Entries per piece: they take a few milliseconds to copy. */
const PIECE_ENTRIES = 2_000;

/** The lists of a config that may be long, in the order that {@link withLists} expects. */
export function listsOf(config: Config): readonly (readonly Destination[])[] {
  const { nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, snat } = config;
  return [nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, ...snat.map(({ destinations }) => destinations)];
}

/** The config with these lists in place of its own. */
export function withLists(config: Config, lists: readonly (readonly Destination[])[]): Config {
  const [nonMasqueradeCIDRs = [], masqueradeCIDRs = [], sourceCIDRs = [], ...destinations] = lists;
  const snat = config.snat.map((rule, i) => ({ ...rule, destinations: destinations[i] ?? [] }));
  return { ...config, nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, snat };
}

/** Parses the config in the first message and replies to each message once. Returns false if this is not such a thread. */
export async function runConfigThread(): Promise<boolean> {
  let replies: Generator<ParseReply> | undefined;
  const starter = await starterOf<ParseTask>(CONFIG_THREAD, (task) => {
    replies ??= repliesTo(task);
    const { value, done } = replies.next();
    if (done) starter?.end();
    else starter?.post(value);
  });
  return starter !== undefined;
}

function* repliesTo({ sources, options }: ParseTask): Generator<ParseReply> {
  yield { kind: "ready" };
  const parsed = parseConfigs(sources, options);
  const lists = parsed.config ? listsOf(parsed.config) : [];
  yield { kind: "parsed", parsed: { ...parsed, config: parsed.config && withLists(parsed.config, []) } };
  for (const [list, destinations] of lists.entries()) {
    for (let at = 0; at < destinations.length; at += PIECE_ENTRIES) {
      yield { kind: "piece", list, destinations: destinations.slice(at, at + PIECE_ENTRIES) };
    }
  }
  yield { kind: "done" };
}
