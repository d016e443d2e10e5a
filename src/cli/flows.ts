// Lines of logs through their judges, and what a person sees of it meanwhile.
import { write } from "node:fs";
import process from "node:process";
import { type ArchiveProgress, type ArchiveTotals, type LineTask, readArchives } from "../archives/index.ts";
import type { LineTable } from "../core/index.ts";
import type { FlowFormat } from "../flows/index.ts";
import { nameOf } from "./input.ts";
import type { Io } from "./io.ts";
import { showProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";

/** The output cannot be written. */
export class OutputError extends Error {
  override name = "OutputError";
}

/** Bad lines that are shown; the others are counted. */
const SHOWN = 5;

/** What is done with the lines. */
export interface FlowUse {
  readonly tables: readonly LineTable[];
  readonly task: LineTask;
  /** What is printed of an index, for the task `format`. */
  readonly endOf?: (index: number) => string;
}

/**
 * Reads all lines of the files and folders that `words` name, of standard input where that is `-` or nothing. Returns undefined
 * if the reader of the output went away, which is no error. Throws {@link ArchiveError} or {@link OutputError}.
 */
export async function readFlows(
  words: readonly string[],
  { tables, task, endOf = () => "" }: FlowUse,
  { flows }: Settings,
  io: Io,
): Promise<ArchiveTotals | undefined> {
  const progress: ArchiveProgress = { lines: 0, bytes: 0, total: undefined };
  const line = showProgress(progress, task.kind === "copy" || task.kind === "format");
  const warn = (text: string) => {
    line.clear();
    io.warn(text);
  };
  const output = createOutput();
  const restore = onInterrupt(async () => {
    line.end();
    await output.settled();
    io.warn(`interrupted after ${progress.lines.toLocaleString("en")} lines`);
  });
  let shown = 0;
  try {
    const totals = await readArchives(words, {
      work: { tables, task, wanted: { destination: flows.place, source: flows.source } },
      endOf,
      write: output.write,
      bad: ({ file, number, text, several }) => {
        if (++shown > SHOWN) return;
        const what = several ? "several addresses, and it is not certain which one counts" : "no address";
        warn(`${file === undefined ? "" : `${nameOf(file)}: `}line ${number} has ${what}: ${JSON.stringify(text)}`);
      },
      recognized: flows.place === undefined ? noteOfFormats(warn) : () => {},
      progress,
    });
    await output.end();
    if (totals.withoutAddress > SHOWN) warn(`lines without an address: ${totals.withoutAddress}`);
    return totals;
  } catch (error) {
    // A stream that brings nothing for now would still be waited for.
    setTimeout(() => process.exit(), 50).unref();
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return undefined;
    throw error;
  } finally {
    restore();
    line.end();
  }
}

/** Tells once of each format how it is read. */
function noteOfFormats(warn: (text: string) => void): (format: FlowFormat) => void {
  const told = new Set<string>();
  return ({ name, destination, source }) => {
    if (destination.place === "only") return;
    const text = `read as ${name}: the destination is ${destination.label}${source ? `, the source ${source.label}` : ""}`;
    if (!told.has(text)) warn(text);
    told.add(text);
  };
}

/** Bytes that wait to be written while more is read. */
const AHEAD = 4 << 20;

interface Output {
  /** Takes data in order, and waits if there is much already. Throws what an earlier write has thrown. */
  write(data: Uint8Array): Promise<void>;
  /** All has been written. Throws what a write has thrown. */
  end(): Promise<void>;
  /** What is on its way has been written, or cannot be for now. */
  settled(): Promise<unknown>;
}

/** Standard output. What comes while something is written goes out with the next write. */
function createOutput(): Output {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let failure: unknown;
  let writing: Promise<void> | undefined;
  const writeWaiting = async () => {
    try {
      while (waiting.length > 0) {
        const [first = new Uint8Array(0)] = waiting;
        const data = waiting.length === 1 ? first : Buffer.concat(waiting);
        waiting = [];
        bytes = 0;
        await writeAll(data);
      }
    } catch (error) {
      failure = error;
    }
    writing = undefined;
  };
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  return {
    write: async (data) => {
      waiting.push(data);
      bytes += data.length;
      writing ??= writeWaiting();
      if (bytes > AHEAD) await writing;
      check();
    },
    end: async () => {
      await writing;
      check();
    },
    settled: () => Promise.race([writing, new Promise((done) => setTimeout(done, 500).unref())]),
  };
}

async function writeAll(data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length; ) {
    const result = await new Promise<number | NodeJS.ErrnoException>((done) => {
      write(1, data, at, data.length - at, null, (error, count) => done(error ?? count));
    });
    if (typeof result === "number") at += result;
    // The reader went away: reading ends for that.
    else if (result.code === "EPIPE") throw result;
    else if (result.code !== "EAGAIN") throw new OutputError(`cannot write to standard output: ${result.message}`);
    // Somebody has made a stream of ours one that does not wait.
    else await new Promise((done) => setTimeout(done, 5));
  }
}

/** Ends by SIGINT as if it had not been handled, but after `finish`. What is returned undoes it. */
function onInterrupt(finish: () => Promise<void>): () => void {
  const handler = () => {
    restore();
    void finish().finally(() => {
      process.kill(process.pid, "SIGINT");
      // Shells know a program that was interrupted by this.
      setTimeout(() => process.exit(130), 100);
    });
  };
  const restore = () => void process.off("SIGINT", handler);
  process.on("SIGINT", handler);
  return restore;
}
