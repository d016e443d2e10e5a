// Reads a stream as blocks of whole lines: standard input, a pipe, a file in /proc.
import { closeSync, openSync, read } from "node:fs";
import { Readable } from "node:stream";
import type { FlowFormat, WantedPlaces } from "../flows/index.ts";
import { isEnough } from "../flows/index.ts";
import { compressionOf, decompress } from "./compression.ts";
import { readError } from "./errors.ts";
import { recognize, SAMPLE } from "./recognized.ts";

/** The maximum size of a block, in bytes. */
const BLOCK = 1 << 20;

const NEWLINE = 0x0a;

/** Milliseconds until the next read of a stream that has no data at the moment. */
const PAUSE = 5;

export interface Block {
  readonly bytes: Uint8Array;
  readonly format: FlowFormat;
  /** The number of header lines, in the first block. */
  readonly headers: number;
}

/** Reads a stream to its end. Yields data at once, in whole lines except for the last. Throws {@link ArchiveError}. */
export async function* blocksOf(file: string, wanted: WantedPlaces): AsyncGenerator<Block, void, void> {
  let format: FlowFormat | undefined;
  let headers = 0;
  let rest: Uint8Array = new Uint8Array(0);
  const start = () => {
    const found = recognize(rest, wanted, file);
    ({ format, headers } = found);
    rest = rest.subarray(found.begin);
    return found.format;
  };
  try {
    for await (const chunk of textOf(file)) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!format && rest.length < SAMPLE && !isEnough(new TextDecoder().decode(rest))) continue;
      format ??= start();
      const end = rest.lastIndexOf(NEWLINE) + 1;
      if (end === 0 && headers === 0) continue;
      // A copy, which can be moved to another thread.
      yield { bytes: rest.slice(0, end), format, headers };
      headers = 0;
      rest = rest.subarray(end);
    }
    format ??= start();
    if (rest.length > 0 || headers > 0) yield { bytes: rest.slice(), format, headers };
  } catch (error) {
    throw readError(file, error);
  }
}

async function* textOf(file: string): AsyncGenerator<Uint8Array, void, void> {
  const bytes = bytesOf(file);
  const first = await bytes.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    yield* bytes;
  })();
  const compression = compressionOf(first.value, file);
  if (compression === "none") yield* all;
  else yield* decompress(Readable.from(all, { objectMode: false }), compression, file);
}

/** Yields data as soon as it is available. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array, void, void> {
  const from = file === "-" ? 0 : openSync(file, "r");
  try {
    for (;;) {
      const room = new Uint8Array(BLOCK);
      const count = await readSome(from, room);
      if (count === 0) return;
      yield room.subarray(0, count);
    }
  } finally {
    if (from !== 0) closeSync(from);
  }
}

async function readSome(from: number, room: Uint8Array): Promise<number> {
  for (;;) {
    const result = await new Promise<number | NodeJS.ErrnoException>((done) => {
      read(from, room, 0, room.length, null, (error, count) => done(error ?? count));
    });
    if (typeof result === "number") return result;
    if (result.code === "EOF") return 0;
    if (result.code !== "EAGAIN") throw result;
    // Another process has set our stream to non-blocking.
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}
