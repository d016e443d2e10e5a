// Parses a config so that nothing else has to wait: the probes are answered meanwhile.
import { Worker } from "node:worker_threads";
import { type ConfigOptions, type Destination, type ParsedConfig, parseConfig } from "../config/index.ts";
import type { ParseReply, ParseTask } from "./config-thread.ts";

/** Bytes that are parsed at once: some ten milliseconds. A thread takes that long to start, and megabytes. */
const SMALL = 32_768;

/** Memory that the thread's objects may take; reading the worst megabyte takes 200 MB. Deno knows no such limit. */
const MAX_HEAP_MB = 256;

/**
 * Parses a config, a large one in a thread of its own, which ends with it. Where no thread can be started, as without the
 * permission that Deno asks for, it is parsed here. `signal` ends it early: the promise is rejected then.
 */
export async function parseAside(
  bytes: Uint8Array,
  options: ConfigOptions,
  signal: AbortSignal,
): Promise<ParsedConfig> {
  if (bytes.length <= SMALL) return parseConfig(bytes, options);
  const outcome = await parseInThread({ bytes, options }, signal);
  signal.throwIfAborted();
  if (outcome.parsed) return outcome.parsed;
  if (!outcome.started) return parseConfig(bytes, options);
  return unreadable(options.file, outcome.why);
}

type Outcome =
  | { readonly parsed: ParsedConfig }
  | { readonly parsed?: undefined; readonly started: boolean; readonly why: string };

function parseInThread(workerData: ParseTask, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    let started = false;
    const fail = (why: string) => resolve({ started, why });
    let worker: Worker;
    try {
      // The program itself: it is one file, whose first statement asks whether it is such a thread.
      worker = new Worker(new URL(import.meta.url), {
        workerData,
        argv: [],
        resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      });
    } catch (error) {
      fail((error as Error).message);
      return;
    }
    const end = () => void worker.terminate();
    signal.addEventListener("abort", end);
    let parsed: ParsedConfig | undefined;
    const destinations: Destination[] = [];
    worker.on("message", (reply: ParseReply) => {
      if (reply.kind === "ready") started = true;
      if (reply.kind === "parsed") parsed = reply.parsed;
      if (reply.kind === "piece") {
        for (const one of reply.destinations) destinations.push(one);
        if (reply.last) {
          if (parsed) resolve({ parsed: withList(parsed, destinations) });
          end();
          return;
        }
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

function withList(parsed: ParsedConfig, nonMasqueradeCIDRs: readonly Destination[]): ParsedConfig {
  return { ...parsed, config: parsed.config && { ...parsed.config, nonMasqueradeCIDRs } };
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
