// Runs one tool to its end. The only file that starts a process.
import { spawn } from "node:child_process";
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

/** Administrators' tools live where a plain user's PATH does not look. */
const environment = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: "C" };

/**
 * Runs `name` with `input` on its standard input, and answers whatever its exit is.
 * Throws {@link ToolError} where it is missing, is killed, or hangs for 30 s.
 */
export function runTool(name: string, args: readonly string[], input?: string): Promise<ToolRun> {
  const command = [name, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: environment,
    });
    const stdout: Uint8Array[] = [];
    const stderr: Uint8Array[] = [];
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, TIMEOUT_MS);
    const said = () => new TextDecoder().decode(join(stderr)).trim();
    const fail = (reason: ToolError["reason"], exit: number | null, detail: string) => {
      clearTimeout(timer);
      reject(new ToolError(reason, command, exit, said(), detail));
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") fail("missing", null, "not found; install the iptables package, or look at PATH");
      else fail("failed", null, `cannot be started: ${error.message}`);
    });
    child.stdout?.on("data", (chunk: Uint8Array) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Uint8Array) => stderr.push(chunk));
    child.on("close", (exit, signal) => {
      if (hung) fail("hung", null, `did not end within ${TIMEOUT_MS / 1000} s and was killed`);
      else if (exit === null) fail("failed", null, `was killed by ${signal}`);
      else {
        clearTimeout(timer);
        resolve({ command, exit, stdout: join(stdout), stderr: said() });
      }
    });
    // A tool that exits before it has read all is judged by its exit, not by the broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** Runs as {@link runTool}, and throws {@link ToolError} for any exit but 0. */
export async function runToolWell(name: string, args: readonly string[], input?: string): Promise<ToolRun> {
  const run = await runTool(name, args, input);
  if (run.exit !== 0) throw failed(run);
  return run;
}

/** The error for a run whose exit was not 0. */
export function failed(run: ToolRun): ToolError {
  return new ToolError("failed", run.command, run.exit, run.stderr, `exit ${run.exit}`);
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
