// Lines of logs through their judges, and what a person sees of it meanwhile.
import process from "node:process";
import { type ArchiveProgress, type ArchiveTotals, type LineTask, readArchives } from "../archives/index.ts";
import type { LineTable } from "../core/index.ts";
import type { FlowFormat } from "../flows/index.ts";
import { nameOf } from "./input.ts";
import type { Io } from "./io.ts";
import { createOutput } from "./output.ts";
import { showProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";

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
 * Reads all lines of the files and folders that `words` name, of standard input if that is `-` or nothing. Returns undefined
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
