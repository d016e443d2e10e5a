// Parses a config so that nothing else has to wait: the probes are answered meanwhile.
import { type Destination, defaultConfig, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import { type Peer, startThread, yieldToOthers } from "../host/index.ts";
import type { LoadedSource } from "./config-file.ts";
import { CONFIG_THREAD, type ParseReply, type ParseTask, withLists } from "./config-thread.ts";

/** Bytes that are parsed at once: some ten milliseconds. A thread takes that long to start, and megabytes. */
const SMALL = 32_768;

/** Memory that the thread's objects may take; reading the worst megabyte takes 200 MB. Deno knows no such limit. */
const MAX_HEAP_MB = 256;

/** Is a config parsed in a thread? */
export const isLarge = (sources: readonly LoadedSource[]): boolean =>
  sources.reduce((sum, { bytes }) => sum + bytes.length, 0) > SMALL;

/**
 * Parses a config, a large one in a thread of its own, which ends with it. If no thread can be started, as without the
 * permission that Deno asks for, it is parsed here. `signal` ends it early: the promise is rejected then.
 */
export async function parseAside(
  sources: readonly LoadedSource[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<ParsedConfig> {
  const [first] = sources;
  if (!first) return defaultConfig(options);
  if (!isLarge(sources)) return parseConfigs(sources, options);
  const outcome = await parseInThread({ sources, options }, signal);
  signal.throwIfAborted();
  if (outcome.parsed) return outcome.parsed;
  if (!outcome.started) return parseConfigs(sources, options);
  return unreadable(first.file, outcome.why);
}

type Outcome =
  | { readonly parsed: ParsedConfig }
  | { readonly parsed?: undefined; readonly started: boolean; readonly why: string };

async function parseInThread(task: ParseTask, signal: AbortSignal): Promise<Outcome> {
  let started = false;
  let parsed: ParsedConfig | undefined;
  const lists: Destination[][] = [];
  let resolve = (_: Outcome) => {};
  const outcome = new Promise<Outcome>((done) => {
    resolve = done;
  });
  const fail = ({ message: why }: Error) => resolve({ started, why });
  let thread: Peer;
  const received = (reply: ParseReply) => {
    if (reply.kind === "ready") started = true;
    if (reply.kind === "parsed") parsed = reply.parsed;
    if (reply.kind === "piece") {
      const list = lists[reply.list] ?? [];
      lists[reply.list] = list;
      for (const one of reply.destinations) list.push(one);
    }
    if (reply.kind === "done") {
      if (parsed) resolve({ parsed: { ...parsed, config: parsed.config && withLists(parsed.config, lists) } });
      return;
    }
    // The next piece is asked for later, so that whatever waits comes first.
    void yieldToOthers().then(() => thread.post(undefined));
  };
  try {
    thread = await startThread(CONFIG_THREAD, received, fail, MAX_HEAP_MB);
  } catch (error) {
    return { started: false, why: (error as Error).message };
  }
  const abort = () => fail(new Error("it was ended"));
  signal.addEventListener("abort", abort);
  thread.post(task);
  try {
    return await outcome;
  } finally {
    signal.removeEventListener("abort", abort);
    thread.end();
  }
}

/** A config that the thread did not survive. */
function unreadable(file: string, why: string): ParsedConfig {
  const message = `the config cannot be read: ${why}`;
  return {
    config: undefined,
    diagnostics: [
      {
        ...{ severity: "error", code: "file-unreadable", message, hint: "make it smaller", file },
        ...{ line: 1, column: 1, length: 1 },
      },
    ],
    omitted: [],
    texts: new Map(),
  };
}
