// Standard error, as a stream that nobody waits for.
import process from "node:process";
import type { Write } from "./lossy.ts";

/** Deno's standard error: what it says of `write` is that it may take a part. */
interface DenoStderr {
  write(bytes: Uint8Array): Promise<number>;
}

/** On Deno, writes by Node's names stop the program while a pipe is full. Its own write is done by another thread. */
const { Deno: deno } = globalThis as { readonly Deno?: { readonly stderr: DenoStderr } };

/** Node writes what a full pipe does not take when it takes more. */
export const writeStderr: Write = deno
  ? (text, done) => void writeAll(deno.stderr, text).then(() => done(), done)
  : (text, done) => void process.stderr.write(text, done);

async function writeAll(stream: DenoStderr, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
}
