// Log lines on standard error, as klog writes them or as JSON.
import process from "node:process";
import { printable, printableJson } from "../config/index.ts";
import { lossyWriter, type Write } from "./lossy.ts";
import { writeStderr } from "./stderr.ts";

export type LogLevel = "info" | "warning" | "error";

/** Where the agent says what happens. */
export interface Log {
  /** Something happened. `verbosity` is the --v from which it is written (klog's V levels); 0 is always. */
  event(level: LogLevel, message: string, verbosity?: number): void;
  /**
   * A state that lasts; it is reported each time it is found. Below --v=4 it is written when it begins, when its message
   * changes in more than a pid, and every 24 hours; `key` names what it is about. A message that takes long to make is a
   * function: it is called only if the verbosity asks for it.
   */
  state(key: string, level: LogLevel, message: string | (() => string), verbosity?: number): void;
  /** The state that `key` names is over; returns whether it was reported. */
  over(key: string): boolean;
  /** Resolves when all lines are written; never, if they cannot be. */
  flushed(): Promise<void>;
}

export interface LogOptions {
  readonly format: "text" | "json";
  /** --v. */
  readonly verbosity: number;
}

/** The --v from which nothing is left out because it was said before. */
const EVERYTHING = 4;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Makes the log. `write` gets whole lines, newline included. Lines that it cannot take are dropped, and counted in a line
 * once it takes more: nothing that the agent does waits for its log.
 */
export function createLog({ format, verbosity }: LogOptions, write: Write = writeStderr): Log {
  const lineOf = format === "json" ? jsonLine : textLine;
  const lostLine = (count: number) =>
    lineOf("warning", `${count} log line${count === 1 ? "" : "s"} lost: standard error took no more`, 0, new Date());
  const writer = lossyWriter(write, lostLine);
  const states = new Map<string, { readonly gist: string; readonly at: number }>();
  const event: Log["event"] = (level, message, from = 0) => {
    if (from > verbosity) return;
    writer.write(lineOf(level, message, from, new Date()));
  };
  return {
    event,
    state: (key, level, made, from = 0) => {
      if (from > verbosity) return;
      const message = typeof made === "string" ? made : made();
      const last = states.get(key);
      const gist = gistOf(message);
      const now = performance.now();
      if (verbosity < EVERYTHING && last?.gist === gist && now - last.at < DAY_MS) return;
      states.set(key, { gist, at: now });
      event(level, message, from);
    },
    over: (key) => states.delete(key),
    flushed: writer.flushed,
  };
}

/** Characters of a message that are kept to compare the next one with. */
const LONG = 1_000;

/** What makes two messages the same: all but the numbers of processes. Of a long one a checksum is kept (FNV-1a). */
function gistOf(message: string): string {
  const gist = message.replace(/\bpid \d+/g, "pid");
  if (gist.length <= LONG) return gist;
  let sum = 0x811c9dc5;
  for (let i = 0; i < gist.length; i++) sum = Math.imul(sum ^ gist.charCodeAt(i), 0x01000193);
  return `${gist.length} ${sum}`;
}

/** `I1122 15:04:05.000000       1 agent.go:1] message`: severity, local time, process, source (klog's header). */
function textLine(level: LogLevel, message: string, _verbosity: number, at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const micros = `${String(at.getMilliseconds()).padStart(3, "0")}000`;
  const header = `${level[0]?.toUpperCase()}${day} ${time}.${micros} ${String(process.pid).padStart(7)} ip-masq-agent]`;
  // A line that something outside has put into a message must not pass for one of ours: all but the first are indented.
  return `${header} ${printable(message).replaceAll("\n", "\n    ")}\n`;
}

/** Seconds since 1970 as `ts`, verbosity as `v`, as the JSON format of Kubernetes' components has them, and the level. */
function jsonLine(level: LogLevel, message: string, verbosity: number, at: Date): string {
  return `${printableJson(JSON.stringify({ ts: at.getTime() / 1000, level, v: verbosity, msg: message }))}\n`;
}
