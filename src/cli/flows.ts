// A stream of lines through a reader: from a file or standard input, to standard output, with no copy in between.

import { writeSync } from "node:fs";
import process from "node:process";
import type { AddressPlace, LineBatch, LineReader } from "../core/index.ts";
import { reportedAs } from "../errors/index.ts";
import { UsageError } from "./flags.ts";
import { createHints } from "./flow-hints.ts";
import { openInput, pause } from "./input.ts";
import type { Io } from "./io.ts";

/** The output cannot be written. */
export class OutputError extends reportedAs("output-unwritable") {}

/** How many lines went by, and how many of them hold no address where one was looked for. */
export interface FlowTotals {
  lines: number;
  withoutAddress: number;
}

/** Lines without an address that are shown; the others are counted. */
const SHOWN = 5;

/** How a stream is read and what becomes of it. */
export interface FlowUse {
  /** Gets all lines, `before` of which are gone already. */
  batch(batch: LineBatch, before: number): void;
  /** Is called before more is read. */
  chunkDone?(): void;
  /** Where the reader looks for the address. */
  readonly place: AddressPlace;
  /** Are lines printed as they come, which would get mixed with the progress on a terminal? */
  readonly prints: boolean;
}

/** Milliseconds between two words about the progress. */
const PROGRESS_INTERVAL = 500;

/**
 * Reads all lines of the file that `words` name, standard input where that is `-` or nothing, and hands them over in
 * batches. Ends early, and quietly, where the reader of the output went away.
 */
export function readFlows(words: readonly string[], reader: LineReader, io: Io, use: FlowUse): FlowTotals {
  const [file = "-", more] = words;
  if (more !== undefined) throw new UsageError(`one FILE at a time; ${JSON.stringify(more)} is a second`);
  const totals: FlowTotals = { lines: 0, withoutAddress: 0 };
  const progress = startProgress(totals, use.prints);
  const hint = createHints(use.place, io);
  const input = openInput(file);
  try {
    for (let count = 1; count > 0; ) {
      const room = reader.room();
      count = input.read(room);
      if (totals.lines === 0) hint.start(room);
      reader.filled(count);
      for (let batch = reader.next(); batch; batch = reader.next()) {
        hint.lines(batch);
        warnOfBad(batch, totals, io);
        use.batch(batch, totals.lines);
        totals.lines += batch.count;
      }
      use.chunkDone?.();
      progress.tell();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  } finally {
    progress.end();
    input.close();
  }
  if (totals.withoutAddress > SHOWN) io.warn(`lines without an address: ${totals.withoutAddress}`);
  return totals;
}

/** Writes all of it to standard output, at once: what is not yet written would only pile up. */
export function writeOut(data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    try {
      at += writeSync(1, data, at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // The reader went away: who reads the lines ends for that.
      if (code === "EPIPE") throw error;
      if (code !== "EAGAIN") throw new OutputError(`cannot write to standard output: ${message}`);
      pause();
    }
  }
}

function warnOfBad({ count, indexes: [indexes], text }: LineBatch, totals: FlowTotals, io: Io): void {
  if (!indexes) return;
  for (let i = indexes.indexOf(-1); i >= 0 && i < count; i = indexes.indexOf(-1, i + 1)) {
    totals.withoutAddress++;
    if (totals.withoutAddress > SHOWN) continue;
    io.warn(`line ${totals.lines + i + 1} has no address: ${JSON.stringify(text(i).slice(0, 100))}`);
  }
}

/** Says on standard error how far it is, where a person looks on and sees nothing else moving. */
function startProgress(totals: FlowTotals, prints: boolean): { tell(): void; end(): void } {
  const isShown = process.stderr.isTTY && !(prints && process.stdout.isTTY);
  let last = performance.now();
  let told = false;
  return {
    tell: () => {
      if (!isShown || performance.now() - last < PROGRESS_INTERVAL) return;
      last = performance.now();
      told = true;
      process.stderr.write(`\r${totals.lines.toLocaleString("en")} lines`);
    },
    end: () => {
      if (told) process.stderr.write("\r\x1b[K");
    },
  };
}
