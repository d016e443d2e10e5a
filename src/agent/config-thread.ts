// A thread that parses one config, and hands it over piece by piece.
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { type Config, type ConfigOptions, type Destination, type ParsedConfig, parseConfig } from "../config/index.ts";

/** What the thread is given to parse. */
export interface ParseTask {
  readonly bytes: Uint8Array;
  readonly options: ConfigOptions;
}

/** What it answers each time it is asked: that it runs, then all but the list, then the list piece by piece. */
export type ParseReply =
  | { readonly kind: "ready" }
  | { readonly kind: "parsed"; readonly parsed: ParsedConfig }
  | { readonly kind: "piece"; readonly destinations: readonly Destination[]; readonly last: boolean };

/** Entries of a list that are copied at once: some milliseconds' worth. */
const PIECE = 2_000;

/** Is this such a thread? The program's first thread is one of its own. */
export function isConfigThread(): boolean {
  return !isMainThread && (workerData as Partial<ParseTask> | null)?.bytes !== undefined;
}

/** Parses the config that the thread was started with, and replies once to each message. */
export function runConfigThread(): void {
  const port = parentPort;
  if (!port) return;
  const replies = repliesTo(workerData as ParseTask);
  port.on("message", () => {
    const { value, done } = replies.next();
    if (done) port.close();
    else port.postMessage(value);
  });
}

function* repliesTo({ bytes, options }: ParseTask): Generator<ParseReply> {
  yield { kind: "ready" };
  const parsed = parseConfig(bytes, options);
  const list: readonly Destination[] = parsed.config?.nonMasqueradeCIDRs ?? [];
  const config: Config | undefined = parsed.config && { ...parsed.config, nonMasqueradeCIDRs: [] };
  yield { kind: "parsed", parsed: { ...parsed, config } };
  for (let at = 0; at < list.length || at === 0; at += PIECE) {
    const destinations = list.slice(at, at + PIECE);
    yield { kind: "piece", destinations, last: at + PIECE >= list.length };
  }
}
