// Non-blocking writes to standard error.
import process from "node:process";
import type { Write } from "./lossy.ts";

/** Deno's standard error. */
interface DenoStderr {
  /** May write only a part; returns the number of bytes. */
  write(bytes: Uint8Array): Promise<number>;
}

/** On Deno, the Node API blocks the program while a pipe is full. Deno's own API writes in another thread. */
const { Deno: deno } = globalThis as { readonly Deno?: { readonly stderr: DenoStderr } };

/** If a pipe is full, Node writes the rest later. */
export const writeStderr: Write = deno
  ? (text, done) => void writeAll(deno.stderr, text).then(() => done(), done)
  : (text, done) => void process.stderr.write(text, done);

async function writeAll(stream: DenoStderr, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
}
