// Standard output for data that does not fit in memory.
import { write } from "node:fs";
import { reportedAs } from "../errors/index.ts";

/** The output cannot be written. */
export class OutputError extends reportedAs("output-unwritable") {}

/** Bytes to buffer before writers have to wait. */
const MAX_BUFFERED_BYTES = 4 << 20;

export interface Output {
  /** Writes data in order; waits if the buffer is full. Throws the error of an earlier write. */
  write(data: Uint8Array): Promise<void>;
  /** Resolves when everything is written. Throws the error of an earlier write. */
  end(): Promise<void>;
  /** Resolves when the buffer is written, or after half a second. */
  settled(): Promise<unknown>;
}

/** Opens standard output. Data that arrives during a write is joined for the next one. */
export function createOutput(): Output {
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
      if (bytes > MAX_BUFFERED_BYTES) await writing;
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
    // The reader has gone: the caller stops reading its input.
    else if (result.code === "EPIPE") throw result;
    else if (result.code !== "EAGAIN") throw new OutputError(`cannot write to standard output: ${result.message}`);
    // Another process has made our stream non-blocking.
    else await new Promise((done) => setTimeout(done, 5));
  }
}
