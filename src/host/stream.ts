// Reads files, and output of tools, that may be too large for memory, piece by piece.
import { spawn } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { environment } from "./environment.ts";
import { tethered } from "./tether.ts";
import { missingTool, ToolError } from "./tool.ts";

/** The size of a piece of a file in bytes. */
const PIECE_BYTES = 1 << 18;

/** The longest time that a tool may take: a million connections take four seconds. */
const TIMEOUT_MS = 60_000;

/** How many characters of a tool's standard error are kept. */
const MAX_STDERR = 1_000;

/** The bytes of a file in pieces, each valid until the next one. Throws what `node:fs` throws. */
export function* readPieces(file: string): Generator<Uint8Array, void, void> {
  const from = openSync(file, "r");
  try {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let count = 1; count > 0; ) {
      let filled = 0;
      // Files in /proc return one page per read.
      do {
        count = readSync(from, buffer, filled, PIECE_BYTES - filled, null);
        filled += count;
      } while (count > 0 && filled < PIECE_BYTES);
      if (filled > 0) yield buffer.subarray(0, filled);
    }
  } finally {
    closeSync(from);
  }
}

/** Reads the output of a tool as {@link streamTool} does. */
export type Streamer = (name: string, args: readonly string[]) => AsyncIterable<Uint8Array>;

/**
 * The standard output of a tool, piece by piece; the tool is blocked while nothing is read, and killed if the reader stops
 * early. Throws {@link ToolError} if the tool is missing, is killed, hangs, or exits with any code but 0.
 */
export async function* streamTool(name: string, args: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  const command = [name, ...args].join(" ");
  const { file, args: all } = tethered(name, args);
  const child = spawn(file, all, { stdio: ["ignore", "pipe", "pipe"], env: environment });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = `${stderr}${chunk}`.slice(0, MAX_STDERR);
  });
  let cannotStart: NodeJS.ErrnoException | undefined;
  child.on("error", (error) => {
    cannotStart = error;
  });
  const closed = new Promise<{ exit: number | null; signal: string | null }>((resolve) => {
    child.on("close", (exit, signal) => resolve({ exit, signal }));
  });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, TIMEOUT_MS);
  try {
    yield* child.stdout;
    const { exit, signal } = await closed;
    if (cannotStart) {
      const isMissing = cannotStart.code === "ENOENT";
      throw new ToolError(
        isMissing ? "missing" : "failed",
        command,
        null,
        "",
        isMissing ? missingTool(name) : `cannot be started: ${cannotStart.message}`,
      );
    }
    if (hung)
      throw new ToolError(
        "hung",
        command,
        null,
        stderr.trim(),
        `did not end within ${TIMEOUT_MS / 1000} s and was killed`,
      );
    if (exit !== 0)
      throw new ToolError("failed", command, exit, stderr.trim(), signal ? `was killed by ${signal}` : `exit ${exit}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
