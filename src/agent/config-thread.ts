// A thread that parses one config, and hands it over piece by piece.
import { type Config, type Destination, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import { isThread, starterOf } from "../host/index.ts";
import type { LoadedSource } from "./config-file.ts";

/** What the thread is given to parse, with the first message; later ones are empty, and ask for more. */
export interface ParseTask {
  readonly sources: readonly LoadedSource[];
  readonly options: ReadOptions;
}

/** What it answers each time it is asked: that it runs, then all but the lists, then these piece by piece, then that it is done. */
export type ParseReply =
  | { readonly kind: "ready" }
  | { readonly kind: "parsed"; readonly parsed: ParsedConfig }
  | { readonly kind: "piece"; readonly list: number; readonly destinations: readonly Destination[] }
  | { readonly kind: "done" };

/** Entries of a list that are copied at once: some milliseconds' worth. */
const PIECE = 2_000;

/** The lists of a config that may be long, in an order that {@link withLists} knows. */
export function listsOf(config: Config): readonly (readonly Destination[])[] {
  const { nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, snat } = config;
  return [nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, ...snat.map(({ destinations }) => destinations)];
}

/** The config with other lists in their places. */
export function withLists(config: Config, lists: readonly (readonly Destination[])[]): Config {
  const [nonMasqueradeCIDRs = [], masqueradeCIDRs = [], sourceCIDRs = [], ...destinations] = lists;
  const snat = config.snat.map((rule, i) => ({ ...rule, destinations: destinations[i] ?? [] }));
  return { ...config, nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, snat };
}

/** The name of such a thread. */
export const CONFIG_THREAD = "?config-thread";

/** Is this such a thread, or a call that looks like one? */
export const isConfigThread = (): boolean => isThread(CONFIG_THREAD);

/** Parses the config that the first message holds, and replies once to each message. Returns false if this is no thread. */
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
    for (let at = 0; at < destinations.length; at += PIECE) {
      yield { kind: "piece", list, destinations: destinations.slice(at, at + PIECE) };
    }
  }
  yield { kind: "done" };
}
