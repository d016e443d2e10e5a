// Runs one tool to its end.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { ReportedError } from "../errors/index.ts";
import { collectEnds, collectUpTo, excerpt } from "./bounded.ts";
import { environment, largeEnvironment } from "./environment.ts";
import { openScratch, openScratchInput, type Scratch } from "./scratch.ts";
import { tethered, tetherFailed } from "./tether.ts";

/** The code of errors for a missing permission. */
export const NOT_PERMITTED = "not-permitted";

/** The tools' messages about missing permissions. */
const DENIED = /\b(permission denied|operation not permitted)\b|\byou must be root\b/i;

/** A run failed. The message begins with the missing permission if that is the cause. */
export class ToolError extends ReportedError {
  readonly reason: "missing" | "failed" | "hung" | "flooded" | "unreadable";
  readonly command: string;
  /** The exit code; null if it did not exit by itself. */
  readonly exit: number | null;
  readonly stderr: string;
  /** The command, its exit and its standard error. */
  readonly evidence: string;

  constructor(reason: ToolError["reason"], command: string, exit: number | null, stderr: string, detail: string) {
    const isDenied = reason === "failed" && DENIED.test(stderr);
    const need = isDenied ? "needs root, or the capability NET_ADMIN in this network namespace\n" : "";
    const evidence = `${command}: ${detail}${stderr ? `\n${excerpt(stderr).replace(/^/gm, "  | ")}` : ""}`;
    super(`${need}${evidence}`, { code: isDenied ? NOT_PERMITTED : `tool-${reason}` });
    this.reason = reason;
    this.command = command;
    this.exit = exit;
    this.stderr = stderr;
    this.evidence = evidence;
  }
}

export interface ToolRun {
  readonly command: string;
  readonly exit: number;
  readonly stdout: Uint8Array;
  /** Trimmed; if there are more than 64 KiB, the first and the last 32 KiB. */
  readonly stderr: string;
}

/**
 * The longest time that a tool may take before it is killed. The lock wait (10 s) is well below. Large input adds to it:
 * iptables-nft-restore needs 3 s or more for a megabyte, about 8,000 rules.
 */
const TIMEOUT_MS = 30_000;
const TIMEOUT_MS_PER_MB = 10_000;

/**
 * The most bytes that a tool may print before it is killed, for a table and for a single chain. A table of 700,000 rules
 * takes 100 MB.
 */
const MAX_TABLE = 256 << 20;
const MAX_CHAIN = 32 << 20;

/** How many bytes of each end of standard error are kept, and how many a tool may print there. */
const STDERR_HALF = 32 << 10;
const MAX_STDERR = 64 << 20;

/** How often the size of the file that a tool writes to is checked. */
const SIZE_CHECK_MS = 50;

export interface ToolInput {
  /** The standard input. */
  readonly input?: string | Uint8Array;
  /** Whether the tool opens `/dev/stdin`, which fails for Node's pipes, which are sockets: the input is a file in memory. */
  readonly reopens?: boolean;
  /** Whether the output may be megabytes. */
  readonly large?: boolean;
  /** Milliseconds after which it is killed; by default 30 s, and more for megabytes of input. */
  readonly timeout?: number;
}

/** Runs a tool as {@link runTool} does. Injected, so that tests can replace it. */
export type Runner = (name: string, args: readonly string[], how?: ToolInput) => Promise<ToolRun>;

/**
 * Runs `name` until it exits, with any exit code. Throws {@link ToolError} if it is missing, is killed, hangs (for 30 s,
 * longer for large input) or prints without end.
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
 * If possible, the output goes to files in memory. For each read from a pipe libuv allocates 64 KiB, which fragments the
 * heap: the service took 10 MB more. Also, setting up pipe streams takes 1 ms per tool.
 */
async function runSmall(name: string, args: readonly string[], how: ToolInput, source?: Scratch): Promise<ToolRun> {
  const scratch = openScratch(MAX_CHAIN);
  try {
    // A tool that writes rules must not be run twice, so a file that might be too small is not used.
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
    // Output that does not fit in /dev/shm may fit in our memory.
    const isFull = scratch && scratch.limit < MAX_TABLE && error instanceof ToolError && error.reason === "flooded";
    if (!isFull) throw error;
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
      // Its own process group: its children can be killed with it, and a Ctrl-C for us does not interrupt it.
      detached: true,
    });
    running.add(child);
    const stdout = collectUpTo(limit);
    const stderr = collectEnds(STDERR_HALF, stderrLimit);
    let stderrRead: string | undefined;
    const stderrText = () => {
      if (stderrRead === undefined && errors) stderr.add(errors.read());
      stderrRead ??= new TextDecoder().decode(stderr.bytes()).trim();
      return stderrRead;
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
      reject(new ToolError(reason, command, exit, stderrText(), detail));
    };
    const timer = setTimeout(() => {
      fail("hung", null, `did not end within ${timeout / 1000} s and was killed`);
      killGroup(child);
    }, timeout);
    const failFlooded = (bytes: number) => fail("flooded", null, `printed more than ${bytes >> 20} MiB and was killed`);
    const flooded = (bytes: number) => {
      if (settled) return;
      failFlooded(bytes);
      killGroup(child);
    };
    const watch = setInterval(() => {
      if (scratch && scratch.size() > limit) flooded(limit);
      else if (errors && errors.size() > stderrLimit) flooded(stderrLimit);
    }, SIZE_CHECK_MS);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") fail("missing", null, missingTool(name));
      else fail("failed", null, `cannot be started: ${error.message}`);
    });
    child.stdout?.on("data", (chunk: Uint8Array) => stdout.add(chunk) || flooded(limit));
    child.stderr?.on("data", (chunk: Uint8Array) => stderr.add(chunk) || flooded(stderrLimit));
    child.on("close", (exit, signal) => {
      // After a timeout the file for its output is already closed.
      if (settled) return;
      if (exit === null) fail("failed", null, `was killed by ${signal}`);
      else if (scratch && scratch.size() > limit) failFlooded(limit);
      else if (errors && errors.size() > stderrLimit) failFlooded(stderrLimit);
      else if (exit !== 0 && tetherFailed(tether, stderrText())) {
        settle();
        resolve(runOnce(name, args, how, scratch, source));
      } else {
        settle();
        resolve({ command, exit, stdout: scratch ? scratch.read() : stdout.bytes(), stderr: stderrText() });
      }
    });
    // If a tool exits before it has read all its input, its exit code counts, not the broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  }).finally(() => errors?.close());
}

/** The Debian packages of tools that are not in the iptables package. */
const PACKAGES: Readonly<Record<string, string>> = { nft: "nftables", conntrack: "conntrack" };

/** The message for a missing tool. */
export const missingTool = (name: string): string =>
  `not found; install the ${PACKAGES[name] ?? "iptables"} package, or check PATH`;

/** The running tools. */
const running = new Set<ChildProcess>();

/** Kills all running tools: a transaction that has not been committed never will be. */
export function killTools(): void {
  for (const child of running) killGroup(child);
}

/** Kills a tool and its children, and destroys its pipes, which a surviving child might hold open. */
function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  for (const stream of child.stdio) stream?.destroy();
}

/** Runs a tool. Throws {@link ToolError} for any exit code but 0. */
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

/** The error for a run with an exit code other than 0. */
export function exitError(run: ToolRun, why?: string): ToolError {
  return new ToolError("failed", run.command, run.exit, run.stderr, `exit ${run.exit}${why ? `: ${why}` : ""}`);
}

/** Whether an error means that a tool is not installed. */
export const isMissing = (error: unknown): boolean => error instanceof ToolError && error.reason === "missing";

/** For `catch`: returns undefined for a missing tool, and throws any other error again. */
export function ifMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
