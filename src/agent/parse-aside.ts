// Parses a config in the background, so that probes do not have to wait.
import { type Destination, defaultConfig, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import { CONFIG_THREAD, type Peer, startThread, yieldToOthers } from "../host/index.ts";
import type { LoadedSource } from "./config-file.ts";
import { type ParseReply, type ParseTask, withLists } from "./config-thread.ts";

/** Up to this many bytes are parsed at once, in about 10 ms. To start a thread takes as long, and megabytes. */
const MAX_BYTES_AT_ONCE = 32_768;

/** The heap limit of the thread; parsing the worst config of 1 MiB takes 200 MB. Deno has no such limit. */
const MAX_HEAP_MB = 256;

/** Whether a config is parsed in a thread. */
export const isLarge = (sources: readonly LoadedSource[]): boolean =>
  sources.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_BYTES_AT_ONCE;

/**
 * Parses a config, a large one in a thread that ends afterwards. If no thread can be started, for example because Deno lacks
 * a permission, it is parsed here. If `signal` aborts, the promise is rejected.
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
    // Request the next piece only after other tasks have had a turn.
    void yieldToOthers().then(() => thread.post(undefined));
  };
  try {
    thread = await startThread(CONFIG_THREAD, received, fail, MAX_HEAP_MB);
  } catch (error) {
    return { started: false, why: (error as Error).message };
  }
  const abort = () => fail(new Error("aborted"));
  signal.addEventListener("abort", abort);
  thread.post(task);
  try {
    return await outcome;
  } finally {
    signal.removeEventListener("abort", abort);
    thread.end();
  }
}

/** The result for a config that crashed the thread. */
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
