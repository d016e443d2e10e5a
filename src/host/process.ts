// Runs one tool to its end.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { collectEnds, collectUpTo } from "./bounded.ts";
import { environment, largeEnvironment } from "./environment.ts";
import { openScratch, openScratchInput, type Scratch } from "./scratch.ts";
import { tethered, tetherFailed } from "./tether.ts";
import { missingTool, ToolError, type ToolInput, type ToolRun } from "./tool.ts";

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
