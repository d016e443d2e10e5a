// Files and tools whose output may be larger than this process should hold: it is read piece by piece.
import { spawn } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { environment } from "./environment.ts";
import { missingTool, ToolError } from "./process.ts";
import { tethered } from "./tether.ts";

/** Bytes of a file that are read at once. */
const CHUNK = 1 << 18;

/** Longest that a tool may take, in milliseconds: a million connections take it four seconds. */
const TIMEOUT_MS = 60_000;

/** Characters of what a tool says on standard error that are kept. */
const SAID = 1_000;

/** The bytes of a file, piece by piece; a piece is valid until the next one. Throws what `node:fs` throws. */
export function* readPieces(file: string): Generator<Uint8Array, void, void> {
  const from = openSync(file, "r");
  try {
    const room = new Uint8Array(CHUNK);
    for (let count = 1; count > 0; ) {
      let filled = 0;
      // A file in /proc gives a page at a time.
      do {
        count = readSync(from, room, filled, CHUNK - filled, null);
        filled += count;
      } while (count > 0 && filled < CHUNK);
      if (filled > 0) yield room.subarray(0, filled);
    }
  } finally {
    closeSync(from);
  }
}

/** Reads what a tool prints as {@link streamTool} does. */
export type Streamer = (name: string, args: readonly string[]) => AsyncIterable<Uint8Array>;

/**
 * What a tool prints on standard output, piece by piece; it waits while nobody reads. It is killed if the reader stops early.
 * Throws {@link ToolError} if it is missing, is killed, hangs, or ends with any exit but 0.
 */
export async function* streamTool(name: string, args: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  const command = [name, ...args].join(" ");
  const { file, args: all } = tethered(name, args);
  const child = spawn(file, all, { stdio: ["ignore", "pipe", "pipe"], env: environment });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    said = `${said}${part}`.slice(0, SAID);
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
        said.trim(),
        `did not end within ${TIMEOUT_MS / 1000} s and was killed`,
      );
    if (exit !== 0)
      throw new ToolError("failed", command, exit, said.trim(), signal ? `was killed by ${signal}` : `exit ${exit}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
