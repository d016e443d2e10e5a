// A thread that parses one config, and hands it over piece by piece.
import process from "node:process";
import { type Config, type Destination, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import type { LoadedSource } from "./config-file.ts";

/** What the thread is given to parse. */
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

/**
 * The argument that starts the program as such a thread. To ask node:worker_threads would make every start slower, and of
 * the address that a thread is started with Node 20 drops the query.
 */
export const THREAD_ARGUMENT = "?config-thread";

/** Is this such a thread, or a call that looks like one? */
export const isConfigThread = (): boolean => process.argv[2] === THREAD_ARGUMENT;

/** Parses the config that the thread was started with, and replies once to each message. Returns false if this is no thread. */
export async function runConfigThread(): Promise<boolean> {
  const { parentPort: port, workerData } = await import("node:worker_threads");
  if (!port) return false;
  const replies = repliesTo(workerData as ParseTask);
  port.on("message", () => {
    const { value, done } = replies.next();
    if (done) port.close();
    else port.postMessage(value);
  });
  return true;
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
