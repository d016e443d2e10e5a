// Standard output for more than fits in memory.
import { write } from "node:fs";
import { reportedAs } from "../errors/index.ts";

/** The output cannot be written. */
export class OutputError extends reportedAs("output-unwritable") {}

/** Bytes that wait to be written while more is read. */
const AHEAD = 4 << 20;

export interface Output {
  /** Takes data in order, and waits if there is much already. Throws what an earlier write has thrown. */
  write(data: Uint8Array): Promise<void>;
  /** All has been written. Throws what a write has thrown. */
  end(): Promise<void>;
  /** What is on its way has been written, or cannot be for now. */
  settled(): Promise<unknown>;
}

/** Standard output. What comes while something is written goes out with the next write. */
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
    // Another process has made a stream of ours non-blocking.
    else await new Promise((done) => setTimeout(done, 5));
  }
}
