// Runs one tool to its end.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { ReportedError } from "../errors/index.ts";
import { collectEnds, collectUpTo, excerpt } from "./bounded.ts";
import { environment, largeEnvironment } from "./environment.ts";
import { openScratch, openScratchInput, type Scratch } from "./scratch.ts";
import { tethered, tetherFailed } from "./tether.ts";

/** What tools say to a process that may not do what they are asked for, whatever their language. */
const DENIED = /\b(permission denied|operation not permitted)\b|\byou must be root\b/i;

/**
 * How a run can go wrong; the message shows the command, its exit and what it said, and begins with what is missing if it is a
 * permission.
 */
export class ToolError extends ReportedError {
  readonly reason: "missing" | "failed" | "hung" | "flooded" | "unreadable";
  readonly command: string;
  /** The exit code; null if it did not exit by itself. */
  readonly exit: number | null;
  readonly stderr: string;

  constructor(reason: ToolError["reason"], command: string, exit: number | null, stderr: string, detail: string) {
    const isDenied = reason === "failed" && DENIED.test(stderr);
    const need = isDenied ? "needs root, or the capability NET_ADMIN in this network namespace\n" : "";
    super(`${need}${command}: ${detail}${stderr ? `\n${excerpt(stderr).replace(/^/gm, "  | ")}` : ""}`, {
      code: isDenied ? "not-permitted" : `tool-${reason}`,
    });
    this.reason = reason;
    this.command = command;
    this.exit = exit;
    this.stderr = stderr;
  }
}

export interface ToolRun {
  readonly command: string;
  readonly exit: number;
  readonly stdout: Uint8Array;
  /** Trimmed; of more than 64 KiB the first and the last half of that. */
  readonly stderr: string;
}

/**
 * Longest that a tool may take, in milliseconds; it is killed then. The lock wait (10 s) lies well inside. What a tool is
 * given to write may take it longer: iptables-nft-restore needs 3 s and more for a megabyte, some 8,000 rules.
 */
const TIMEOUT_MS = 30_000;
const TIMEOUT_MS_PER_MB = 10_000;

/**
 * Most that a tool may print, in bytes; it is killed then. A table of 100 MB, some 700,000 rules, is far less, and a single
 * chain is not a table.
 */
const MAX_TABLE = 256 << 20;
const MAX_CHAIN = 32 << 20;

/** How much of each end of standard error is kept, and how much a tool may print there, in bytes. */
const STDERR_HALF = 32 << 10;
const MAX_STDERR = 64 << 20;

/** Milliseconds between two looks at how large the file has become that a tool writes to. */
const WATCH_MS = 50;

export interface ToolInput {
  /** For its standard input. */
  readonly input?: string | Uint8Array;
  /** It opens `/dev/stdin` itself, which fails for the socket that a pipe is on Node: the input goes through a file in memory. */
  readonly reopens?: boolean;
  /** Its output may be megabytes. */
  readonly large?: boolean;
  /** Milliseconds after which it is killed; by default 30 s, and more for megabytes of input. */
  readonly timeout?: number;
}

/** Runs a tool as {@link runTool} does. Callers are given one, so that tests can give them one that runs nothing. */
export type Runner = (name: string, args: readonly string[], how?: ToolInput) => Promise<ToolRun>;

/**
 * Runs `name` to its end, whatever its exit is.
 * Throws {@link ToolError} if it is missing, is killed, hangs (for 30 s, longer if it is given megabytes) or never stops printing.
 */
export async function runTool(name: string, args: readonly string[], how: ToolInput = {}): Promise<ToolRun> {
  const source = how.reopens ? openScratchInput(how.input ?? "") : undefined;
  try {
    return await (how.large ? runLarge(name, args, how) : runSmall(name, args, how, source));
  } finally {
    source?.close();
  }
}

/**
 * What a tool prints goes through files in memory if there can be some. For each piece that comes through a pipe libuv
 * allocates 64 KiB, which leaves holes in the heap: the service took 10 MB more. And the pipe's streams take 1 ms for each tool.
 */
async function runSmall(name: string, args: readonly string[], how: ToolInput, source?: Scratch): Promise<ToolRun> {
  const scratch = openScratch(MAX_CHAIN);
  try {
    // What writes may not be run a second time, so a file that might be too small is not used.
    return await runOnce(name, args, how, scratch && scratch.limit < MAX_CHAIN ? undefined : scratch, source);
  } finally {
    scratch?.close();
  }
}

async function runLarge(name: string, args: readonly string[], how: ToolInput): Promise<ToolRun> {
  const scratch = openScratch(MAX_TABLE);
  try {
    return await runOnce(name, args, how, scratch);
  } catch (error) {
    // What did not fit in /dev/shm may fit in our memory.
    const cramped = scratch && scratch.limit < MAX_TABLE && error instanceof ToolError && error.reason === "flooded";
    if (!cramped) throw error;
  } finally {
    scratch?.close();
  }
  return runOnce(name, args, how, undefined);
}

function runOnce(
  name: string,
  args: readonly string[],
  how: ToolInput,
  scratch: Scratch | undefined,
  source?: Scratch,
): Promise<ToolRun> {
  const { input, large, timeout = TIMEOUT_MS + TIMEOUT_MS_PER_MB * Math.floor((input?.length ?? 0) / 1e6) } = how;
  const command = [name, ...args].join(" ");
  const errors = openScratch(MAX_STDERR);
  const stderrLimit = errors?.limit ?? MAX_STDERR;
  const limit = scratch?.limit ?? (large ? MAX_TABLE : MAX_CHAIN);
  return new Promise<ToolRun>((resolve, reject) => {
    const tether = tethered(name, args, input !== undefined || source !== undefined);
    const child = spawn(tether.file, tether.args, {
      stdio: [
        source?.file ?? (input === undefined ? "ignore" : "pipe"),
        scratch?.file ?? "pipe",
        errors?.file ?? "pipe",
      ],
      env: large ? largeEnvironment : environment,
      // A process group of its own: what it starts is killed with it, and a Ctrl-C for us does not reach it half-way.
      detached: true,
    });
    running.add(child);
    const stdout = collectUpTo(limit);
    const stderr = collectEnds(STDERR_HALF, stderrLimit);
    let words: string | undefined;
    const said = () => {
      if (words === undefined && errors) stderr.add(errors.read());
      words ??= new TextDecoder().decode(stderr.bytes()).trim();
      return words;
    };
    let settled = false;
    const settle = () => {
      settled = true;
      running.delete(child);
      clearTimeout(timer);
      clearInterval(watch);
    };
    const fail = (reason: ToolError["reason"], exit: number | null, detail: string) => {
      settle();
      reject(new ToolError(reason, command, exit, said(), detail));
    };
    const timer = setTimeout(() => {
      fail("hung", null, `did not end within ${timeout / 1000} s and was killed`);
      killGroup(child);
    }, timeout);
    const failFlooded = (most: number) => fail("flooded", null, `printed more than ${most >> 20} MiB and was killed`);
    const flooded = (most: number) => {
      if (settled) return;
      failFlooded(most);
      killGroup(child);
    };
    const watch = setInterval(() => {
      if (scratch && scratch.size() > limit) flooded(limit);
      else if (errors && errors.size() > stderrLimit) flooded(stderrLimit);
    }, WATCH_MS);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") fail("missing", null, missingTool(name));
      else fail("failed", null, `cannot be started: ${error.message}`);
    });
    child.stdout?.on("data", (chunk: Uint8Array) => stdout.add(chunk) || flooded(limit));
    child.stderr?.on("data", (chunk: Uint8Array) => stderr.add(chunk) || flooded(stderrLimit));
    child.on("close", (exit, signal) => {
      // After a timeout the file for its output is closed already.
      if (settled) return;
      if (exit === null) fail("failed", null, `was killed by ${signal}`);
      else if (scratch && scratch.size() > limit) failFlooded(limit);
      else if (errors && errors.size() > stderrLimit) failFlooded(stderrLimit);
      else if (exit !== 0 && tetherFailed(tether, said())) {
        settle();
        resolve(runOnce(name, args, how, scratch, source));
      } else {
        settle();
        resolve({ command, exit, stdout: scratch ? scratch.read() : stdout.bytes(), stderr: said() });
      }
    });
    // A tool that exits before it has read all is judged by its exit, not by the broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  }).finally(() => errors?.close());
}

/** The Debian packages of tools that are not of iptables. */
const PACKAGES: Readonly<Record<string, string>> = { nft: "nftables", conntrack: "conntrack" };

/** What to do about a tool that is missing. */
export const missingTool = (name: string): string =>
  `not found; install the ${PACKAGES[name] ?? "iptables"} package, or look at PATH`;

/** Tools that run now. */
const running = new Set<ChildProcess>();

/** Kills every tool that runs now: a transaction that has not happened will not happen any more. */
export function killTools(): void {
  for (const child of running) killGroup(child);
}

/** Kills a tool and all it has started, and lets go of its pipes, which a straggler might hold open. */
function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  for (const stream of child.stdio) stream?.destroy();
}

/** Runs a tool, and throws {@link ToolError} for any exit but 0. */
export async function runToolOrThrow(
  run: Runner,
  name: string,
  args: readonly string[],
  how?: ToolInput,
): Promise<ToolRun> {
  const ended = await run(name, args, how);
  if (ended.exit !== 0) throw exitError(ended);
  return ended;
}

/** The error for a run whose exit was not 0. */
export function exitError(run: ToolRun, why?: string): ToolError {
  return new ToolError("failed", run.command, run.exit, run.stderr, `exit ${run.exit}${why ? `: ${why}` : ""}`);
}

/** Does an error say that a tool is not installed? */
export const isMissing = (error: unknown): boolean => error instanceof ToolError && error.reason === "missing";

/** For `catch`: a tool that is missing is undefined, anything else is thrown on. */
export function ifMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
