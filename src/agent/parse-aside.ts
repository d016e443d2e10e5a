// Parses a config so that nothing else has to wait: the probes are answered meanwhile.
import type { Worker } from "node:worker_threads";
import { type Destination, defaultConfig, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import type { LoadedSource } from "./config-file.ts";
import { type ParseReply, type ParseTask, THREAD_ARGUMENT, withLists } from "./config-thread.ts";

/** Bytes that are parsed at once: some ten milliseconds. A thread takes that long to start, and megabytes. */
const SMALL = 32_768;

/** Is a config parsed in a thread? */
export const isLarge = (sources: readonly LoadedSource[]): boolean =>
  sources.reduce((sum, { bytes }) => sum + bytes.length, 0) > SMALL;

/** Memory that the thread's objects may take; reading the worst megabyte takes 200 MB. Deno knows no such limit. */
const MAX_HEAP_MB = 256;

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
  let worker: Worker;
  try {
    worker = await startThread(task);
  } catch (error) {
    return { started: false, why: (error as Error).message };
  }
  return new Promise((resolve) => {
    let started = false;
    const fail = (why: string) => resolve({ started, why });
    const end = () => void worker.terminate();
    signal.addEventListener("abort", end);
    let parsed: ParsedConfig | undefined;
    const lists: Destination[][] = [];
    worker.on("message", (reply: ParseReply) => {
      if (reply.kind === "ready") started = true;
      if (reply.kind === "parsed") parsed = reply.parsed;
      if (reply.kind === "piece") {
        const list = lists[reply.list] ?? [];
        lists[reply.list] = list;
        for (const one of reply.destinations) list.push(one);
      }
      if (reply.kind === "done") {
        if (parsed) resolve({ parsed: { ...parsed, config: parsed.config && withLists(parsed.config, lists) } });
        end();
        return;
      }
      // The next piece is asked for later, so that whatever waits comes first.
      setImmediate(() => worker.postMessage(undefined));
    });
    worker.on("error", (error) => fail(error.message));
    worker.on("exit", () => {
      signal.removeEventListener("abort", end);
      fail("its thread ended");
    });
    worker.postMessage(undefined);
  });
}

/** Starts the program itself as the thread: it is one file, whose first statement asks whether it is one. */
async function startThread(workerData: ParseTask): Promise<Worker> {
  // Loaded here: the commands that need no thread start sooner without it.
  const { Worker } = await import("node:worker_threads");
  return new Worker(new URL(import.meta.url), {
    workerData,
    argv: [THREAD_ARGUMENT],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
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
