// Reads one part of the text in the lane that judges it.
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import type { WantedPlaces } from "../flows/index.ts";
import { compressionOf, decompress } from "./compression.ts";
import { readError } from "./errors.ts";
import type { LineJudge, PartJudge } from "./line-judge.ts";
import { recognize, SAMPLE } from "./recognized.ts";
import type { LaneHost, LineWork, Part, Piece } from "./work.ts";

const NEWLINE = 0x0a;

/** The number of bytes that are searched for a newline at once. */
const STEP = 1 << 16;

/** Reads and judges a part. Throws {@link ArchiveError}. */
export async function judgePart(part: Part, work: LineWork, judge: LineJudge, host: LaneHost): Promise<void> {
  const { file } = part;
  try {
    switch (part.kind) {
      case "file":
        await judgeFile(file, work.wanted, judge, host);
        return;
      case "range":
        await withFile(file, (from) => judgeRange(from, part, work, judge, host));
        return;
      case "block": {
        const before = isNumbered(work) ? await host.linesBefore(countNewlines(part.bytes)) : 0;
        const lines = judge.begin(part.format, { file, before, host });
        await lines.put(part.bytes, part.bytes.length);
        await lines.end();
      }
    }
  } catch (error) {
    throw readError(file, error);
  }
}

/** Whether the output has line numbers. */
export const isNumbered = ({ task }: LineWork) => task.kind === "format" && task.as !== "text";

export async function withFile<T>(file: string, use: (from: number) => Promise<T>): Promise<T> {
  const from = openSync(file, "r");
  try {
    return await use(from);
  } finally {
    closeSync(from);
  }
}

/** The first bytes of a file. */
export function headOf(from: number): Uint8Array {
  const head = new Uint8Array(SAMPLE);
  let length = 0;
  for (let count = 1; count > 0 && length < SAMPLE; length += count) {
    count = readSync(from, head, length, SAMPLE - length, length);
  }
  return head.subarray(0, length);
}

const EMPTY: Piece = { lines: 0, headers: 0, bytes: 0, withoutAddress: 0, bad: [] };

async function judgeFile(file: string, wanted: WantedPlaces, judge: LineJudge, host: LaneHost): Promise<void> {
  await withFile(file, async (from) => {
    const head = headOf(from);
    const compression = compressionOf(head, file);
    if (compression !== "none") {
      await judgeCompressed(file, compression, wanted, judge, host);
      return;
    }
    const { format, headers, begin } = recognize(head, wanted, file);
    await host.emit({ ...EMPTY, format, headers, bytes: begin });
    const lines = judge.begin(format, { file, before: headers, host });
    await readAll(from, begin, lines);
    await lines.end();
  });
}

async function readAll(from: number, begin: number, lines: PartJudge): Promise<void> {
  for (let at = begin, count = 1; count > 0; at += count) {
    count = readSync(from, lines.room(), { position: at });
    if (count > 0) await lines.filled(count, count);
  }
}

async function judgeCompressed(
  file: string,
  compression: "gzip" | "zstd",
  wanted: WantedPlaces,
  judge: LineJudge,
  host: LaneHost,
): Promise<void> {
  const input = createReadStream(file, { highWaterMark: 1 << 18 });
  let lines: PartJudge | undefined;
  let sample: Uint8Array = new Uint8Array(0);
  let reported = 0;
  const read = () => {
    const more = input.bytesRead - reported;
    reported = input.bytesRead;
    return more;
  };
  const start = async () => {
    const { format, headers, begin } = recognize(sample, wanted, file);
    await host.emit({ ...EMPTY, format, headers });
    const started = judge.begin(format, { file, before: headers, host });
    await started.put(sample.subarray(begin), read());
    return started;
  };
  for await (const chunk of decompress(input, compression, file)) {
    if (lines) await lines.put(chunk, read());
    else {
      sample = sample.length === 0 ? chunk : Buffer.concat([sample, chunk]);
      if (sample.length >= SAMPLE) lines = await start();
    }
  }
  lines ??= await start();
  await lines.end();
}

type Range = Extract<Part, { kind: "range" }>;

/** Judges the lines of a range. A line belongs to the range in which it begins. */
async function judgeRange(
  from: number,
  { file, from: begin, to, format }: Range,
  work: LineWork,
  judge: LineJudge,
  host: LaneHost,
): Promise<void> {
  const first = begin === 0 ? 0 : findNewline(from, begin - 1, to - 1) + 1;
  const isNone = begin > 0 && first === 0;
  const before = isNumbered(work) ? await host.linesBefore(isNone ? 0 : countLines(from, first, to)) : 0;
  if (isNone) {
    await host.emit({ ...EMPTY, bytes: to - begin });
    return;
  }
  const lines = judge.begin(format, { file, before, host });
  let at = first;
  let isWhole = false;
  while (at < to || !isWhole) {
    const room = lines.room();
    let count = readSync(from, room, 0, Math.min(room.length, at < to ? to - at : STEP), at);
    if (count === 0) break;
    if (at >= to) {
      const newline = room.subarray(0, count).indexOf(NEWLINE);
      if (newline >= 0) count = newline + 1;
    }
    isWhole = room[count - 1] === NEWLINE;
    // Bytes that another lane also reads are counted there.
    const read = Math.min(count, Math.max(0, to - at));
    at += count;
    await lines.filled(count, read);
  }
  await lines.end();
}

/** The offset of the first newline in [at, to), or -1. */
function findNewline(from: number, at: number, to: number): number {
  const room = new Uint8Array(STEP);
  for (let count = 1; at < to; at += count) {
    count = readSync(from, room, 0, Math.min(STEP, to - at), at);
    if (count === 0) return -1;
    const found = room.subarray(0, count).indexOf(NEWLINE);
    if (found >= 0) return at + found;
  }
  return -1;
}

/** Counts the lines that begin in [at, to). A line must begin at `at`. */
function countLines(from: number, at: number, to: number): number {
  const room = new Uint8Array(STEP);
  let lines = 1;
  for (let count = 1; at < to - 1; at += count) {
    count = readSync(from, room, 0, Math.min(STEP, to - 1 - at), at);
    if (count === 0) break;
    lines += countNewlines(room.subarray(0, count));
  }
  return lines;
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  // Faster than a search for each newline, because lines are short.
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === NEWLINE) count++;
  return count;
}
