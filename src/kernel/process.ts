// Runs one tool to its end. The only file that starts a process.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, statfsSync, unlinkSync } from "node:fs";
import process from "node:process";

/** How a run can go wrong; the message shows the command, its exit and what it said. */
export class ToolError extends Error {
  override name = "ToolError";
  readonly reason: "missing" | "failed" | "hung" | "unreadable";
  readonly command: string;
  /** The exit code; null where it did not exit by itself. */
  readonly exit: number | null;
  readonly stderr: string;

  constructor(reason: ToolError["reason"], command: string, exit: number | null, stderr: string, detail: string) {
    super(`${command}: ${detail}${stderr ? `\n${stderr.replace(/^/gm, "  | ")}` : ""}`);
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
  /** Trimmed. */
  readonly stderr: string;
}

/** Longest that a tool may take, in milliseconds; it is killed then. The lock wait (10 s) lies well inside. */
const TIMEOUT_MS = 30_000;

/** Administrators' tools live where a plain user's PATH does not look. An empty part would mean the current folder. */
const path = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];
/** What the tools read of our environment. Deno lets nobody read all of it who may not read any variable. */
const passed = ["XTABLES_LOCKFILE", "XTABLES_LIBDIR"].flatMap((name) => {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value] as const];
});
const environment = {
  ...Object.fromEntries(passed),
  PATH: path.filter((folder) => folder !== "").join(":"),
  LC_ALL: "C",
};

/**
 * For tools that read a whole table: of 40,000 rules they make 12,000 page faults of 4 KiB, a tenth of their time.
 * glibc 2.35 and later take huge pages when asked so; others do not know the word.
 */
const largeEnvironment = { ...environment, GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? "glibc.malloc.hugetlb=1" };

export interface ToolInput {
  /** For its standard input. */
  readonly input?: string;
  /** Its output may be megabytes: it goes through a file in memory where there can be one. */
  readonly large?: boolean;
}

/**
 * Runs `name` and answers whatever its exit is.
 * Throws {@link ToolError} where it is missing, is killed, or hangs for 30 s.
 */
export function runTool(name: string, args: readonly string[], { input, large }: ToolInput = {}): Promise<ToolRun> {
  const command = [name, ...args].join(" ");
  const file = large ? openScratch() : undefined;
  return new Promise<ToolRun>((resolve, reject) => {
    const child = spawn(name, args, {
      stdio: [input === undefined ? "ignore" : "pipe", file ?? "pipe", "pipe"],
      env: large ? largeEnvironment : environment,
      // A process group of its own: what it starts is killed with it, and a Ctrl-C for us does not reach it half-way.
      detached: true,
    });
    running.add(child);
    const stdout: Uint8Array[] = [];
    const stderr: Uint8Array[] = [];
    const said = () => new TextDecoder().decode(join(stderr)).trim();
    let settled = false;
    const fail = (reason: ToolError["reason"], exit: number | null, detail: string) => {
      settled = true;
      running.delete(child);
      clearTimeout(timer);
      reject(new ToolError(reason, command, exit, said(), detail));
    };
    const timer = setTimeout(() => {
      fail("hung", null, `did not end within ${TIMEOUT_MS / 1000} s and was killed`);
      killGroup(child);
    }, TIMEOUT_MS);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") fail("missing", null, "not found; install the iptables package, or look at PATH");
      else fail("failed", null, `cannot be started: ${error.message}`);
    });
    child.stdout?.on("data", (chunk: Uint8Array) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Uint8Array) => stderr.push(chunk));
    child.on("close", (exit, signal) => {
      // After a timeout the file for its output is closed already.
      if (settled) return;
      if (exit === null) fail("failed", null, `was killed by ${signal}`);
      else {
        running.delete(child);
        clearTimeout(timer);
        resolve({ command, exit, stdout: file === undefined ? join(stdout) : readWhole(file), stderr: said() });
      }
    });
    // A tool that exits before it has read all is judged by its exit, not by the broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  }).finally(() => {
    if (file !== undefined) closeSync(file);
  });
}

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

let scratches = 0;

/** Room that the file must find in /dev/shm, in bytes: a tool does not say that its output was cut short. */
const SCRATCH_ROOM = 32 << 20;

/**
 * A file in memory, already without a name; undefined where /dev/shm has no room or cannot be written to. Tools write their output in
 * pieces of 4 KiB: through a pipe each of them wakes us, and a dump of 40,000 rules costs 30 ms more.
 */
function openScratch(): number | undefined {
  const name = `/dev/shm/ip-masq-agent-${process.pid}-${++scratches}`;
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    if (bavail * bsize < SCRATCH_ROOM) return undefined;
    const file = openSync(name, "wx+", 0o600);
    unlinkSync(name);
    return file;
  } catch {
    return undefined;
  }
}

function readWhole(file: number): Uint8Array {
  const bytes = new Uint8Array(fstatSync(file).size);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(file, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/** Runs as {@link runTool}, and throws {@link ToolError} for any exit but 0. */
export async function runToolWell(name: string, args: readonly string[], how?: ToolInput): Promise<ToolRun> {
  const run = await runTool(name, args, how);
  if (run.exit !== 0) throw failed(run);
  return run;
}

/** The error for a run whose exit was not 0. */
export function failed(run: ToolRun, why?: string): ToolError {
  return new ToolError("failed", run.command, run.exit, run.stderr, `exit ${run.exit}${why ? `: ${why}` : ""}`);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
