// A tool that runs until it is stopped, and whose output is read as it comes.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { environment } from "./environment.ts";
import { tethered } from "./tether.ts";

/** A tool that is listened to. */
export interface Listener {
  /** What it has cost so far; undefined if that cannot be read, as on Deno with less than all permissions. */
  cost(): ListenerCost | undefined;
  /** Ends it; nothing is reported any more. */
  stop(): void;
}

export interface ListenerCost {
  /** Processor time in seconds. */
  readonly cpu: number;
  /** Resident memory in bytes. */
  readonly resident: number;
}

export interface ListenerEvents {
  /** A part of its standard output, wherever that is cut. */
  readonly text: (part: string) => void;
  /** It has ended by itself, or could not be started; why, as the end of a sentence. */
  readonly ended: (why: string) => void;
}

/** Starts a tool and listens to it. */
export type Listen = (name: string, args: readonly string[], events: ListenerEvents) => Listener;

/** Milliseconds without reading after each part of the output, so that parts are large if there is much of it. */
const PAUSE_MS = 10;

/** Characters of what it says on standard error that are kept. */
const SAID = 500;

/** Ticks of processor time in a second, and bytes of a page, as /proc counts them on all platforms that Node supports. */
const TICKS = 100;
const PAGE = 4_096;

export const listenTo: Listen = (name, args, { text, ended }) => {
  const { file, args: all } = tethered(name, args);
  const child = spawn(file, all, { stdio: ["ignore", "pipe", "pipe"], env: environment, detached: true });
  let open = true;
  let said = "";
  const end = (why: string) => {
    if (open) ended(why);
    open = false;
  };
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    if (!open) return;
    text(part);
    // The tool flushes each line: read one by one, 5,000 lines a second cost 23 % of a processor instead of 6 %.
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), PAUSE_MS);
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    said = `${said}${part}`.slice(0, SAID);
  });
  child.on("error", ({ code, message }: NodeJS.ErrnoException) =>
    end(code === "ENOENT" ? `${name} is not installed` : `cannot be started: ${message}`),
  );
  child.on("close", (exit, signal) => end(`${signal ? `was killed by ${signal}` : `exit ${exit}`} ${said}`.trim()));
  return {
    cost: () => (child.pid === undefined ? undefined : readCost(child.pid)),
    stop: () => {
      open = false;
      child.kill("SIGKILL");
    },
  };
};

/** What a process has cost (proc(5)). */
function readCost(pid: number): ListenerCost | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, which may hold anything, stands in parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number];
    return { cpu: (user + system) / TICKS, resident: pages * PAGE };
  } catch {
    return undefined;
  }
}
