// Log lines on standard error, in klog's format or as JSON.
import process from "node:process";
import { printable, printableJson } from "../config/index.ts";
import { lossyWriter, type Write } from "./lossy.ts";
import { writeStderr } from "./stderr.ts";

export type LogLevel = "info" | "warning" | "error";

/** The agent's log. */
export interface Log {
  /** Logs an event. `verbosity` is the lowest --v at which it is written (klog's V levels); 0 means always. */
  event(level: LogLevel, message: string, verbosity?: number): void;
  /**
   * Logs a lasting state; callers report it each time they see it. Below --v=4 it is written when it begins, when its
   * message changes by more than a pid, and every 24 hours; `key` identifies the state. A message that is slow to produce
   * is given as a function, which is called only if the verbosity requires it.
   */
  state(key: string, level: LogLevel, message: string | (() => string), verbosity?: number): void;
  /** Ends the state with this key; returns whether it had been logged. */
  over(key: string): boolean;
  /** Resolves when all lines are written; never if they cannot be. */
  flushed(): Promise<void>;
}

export interface LogOptions {
  readonly format: "text" | "json";
  /** --v. */
  readonly verbosity: number;
}

/** The --v from which repeated states are written too. */
const EVERYTHING = 4;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Creates the log. `write` gets whole lines, newline included. If it cannot keep up, lines are dropped and their number is
 * logged later: the agent never waits for its log.
 */
export function createLog({ format, verbosity }: LogOptions, write: Write = writeStderr): Log {
  const lineOf = format === "json" ? jsonLine : textLine;
  const lostLine = (count: number) =>
    lineOf("warning", `${count} log line${count === 1 ? "" : "s"} dropped: standard error was blocked`, 0, new Date());
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

/** Messages up to this many characters are compared as they are. */
const MAX_COMPARED = 1_000;

/** The part of a message by which repetitions are recognized: the text without pids; for a long one its checksum (FNV-1a). */
function gistOf(message: string): string {
  const gist = message.replace(/\bpid \d+/g, "pid");
  if (gist.length <= MAX_COMPARED) return gist;
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
  // All lines but the first are indented, so that a line in outside text cannot pass for a log line.
  return `${header} ${printable(message).replaceAll("\n", "\n    ")}\n`;
}

/** As in the JSON format of Kubernetes' components: `ts` in seconds since 1970, verbosity as `v`; and the level. */
function jsonLine(level: LogLevel, message: string, verbosity: number, at: Date): string {
  return `${printableJson(JSON.stringify({ ts: at.getTime() / 1000, level, v: verbosity, msg: message }))}\n`;
}
