// Reads the lines of logs, judges them, and shows progress and warnings meanwhile.
import process from "node:process";
import { type ArchiveProgress, type ArchiveTotals, type LineTask, readArchives } from "../archives/index.ts";
import type { LineTable } from "../core/index.ts";
import type { FlowFormat, WantedPlace } from "../flows/index.ts";
import { nameOf } from "./input.ts";
import type { Io } from "./io.ts";
import { createOutput } from "./output.ts";
import { showProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";

/** How many bad lines are shown; the others are counted. */
const MAX_SHOWN = 5;

/** What to do with the lines. */
export interface FlowUse {
  readonly tables: readonly LineTable[];
  readonly task: LineTask;
  /** For the task `format`: what to print for the index of an outcome. */
  readonly endOf?: (index: number) => string;
}

/**
 * Reads all lines of the files and folders in `words`; `-` or no word is standard input. Returns undefined if the reader of
 * the output has gone, which is not an error. Throws {@link ArchiveError} or {@link OutputError}.
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
  const unmatched = createUnmatched(flows.place, warn);
  try {
    const totals = await readArchives(words, {
      work: { tables, task, wanted: { destination: flows.place, source: flows.source } },
      endOf,
      write: output.write,
      bad: ({ file, number, text, several }) => {
        if (++shown > MAX_SHOWN) return;
        const what = several ? "several addresses, and it is unclear which one counts" : "no address";
        warn(`${file === undefined ? "" : `${nameOf(file)}: `}line ${number} has ${what}: ${JSON.stringify(text)}`);
      },
      unmatched: unmatched.add,
      recognized: flows.place === undefined ? noteOfFormats(warn) : () => {},
      progress,
    });
    await output.end();
    unmatched.end();
    if (totals.withoutAddress > MAX_SHOWN) warn(`lines without an address: ${totals.withoutAddress}`);
    return totals;
  } catch (error) {
    // A pending read of a stream would keep the process alive.
    setTimeout(() => process.exit(), 50).unref();
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return undefined;
    throw error;
  } finally {
    restore();
    line.end();
  }
}

/** Reports each format once: its name and which address is read as the destination. */
function noteOfFormats(warn: (text: string) => void): (format: FlowFormat) => void {
  const reported = new Set<string>();
  return ({ name, destination, source }) => {
    if (destination.place === "only") return;
    const text = `read as ${name}: the destination is ${destination.label}${source ? `, the source ${source.label}` : ""}`;
    if (!reported.has(text)) warn(text);
    reported.add(text);
  };
}

/** Warns about files in which the given option selects no address: the first few by name, the others by their number. */
function createUnmatched(place: WantedPlace | undefined, warn: (text: string) => void) {
  if (place === undefined) return { add: () => {}, end: () => {} };
  const option = "key" in place ? `--key=${place.key}` : `--field=${place.field}`;
  let files = 0;
  return {
    add: (file: string) => {
      if (++files <= MAX_SHOWN) warn(`${nameOf(file)}: ${option} selects no address in any line`);
    },
    end: () => {
      if (files > MAX_SHOWN) warn(`files in which ${option} selects no address: ${files}`);
    },
  };
}

/** On SIGINT, runs `finish` and then terminates by the signal's default action. The returned function removes the handler. */
function onInterrupt(finish: () => Promise<void>): () => void {
  const handler = () => {
    restore();
    void finish().finally(() => {
      process.kill(process.pid, "SIGINT");
      // The exit code by which shells recognize an interrupted program.
      setTimeout(() => process.exit(130), 100);
    });
  };
  const restore = () => void process.off("SIGINT", handler);
  process.on("SIGINT", handler);
  return restore;
}
