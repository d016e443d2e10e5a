// Files in memory for the output or the input of a tool.
import { closeSync, fstatSync, openSync, readSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import process from "node:process";

export interface Scratch {
  /** The file descriptor. */
  readonly file: number;
  /** The maximum size in bytes. */
  readonly limit: number;
  /** The current size in bytes. */
  size(): number;
  read(): Uint8Array;
  close(): void;
}

/** The free space, in bytes, that is required for a scratch file, and that is left free for others. */
const REQUIRED_BYTES = 32 << 20;
const RESERVED_BYTES = 4 << 20;

let count = 0;

/**
 * Opens an unnamed file in /dev/shm; undefined if there is too little space or it cannot be written to. Tools write their
 * output in pieces of 4 KiB: with a pipe, each of them wakes this process, and a dump of 40,000 rules takes 30 ms longer.
 */
export function openScratch(limit: number): Scratch | undefined {
  const name = `/dev/shm/ip-masq-agent-${process.pid}-${++count}`;
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    const free = bavail * bsize;
    if (free < REQUIRED_BYTES) return undefined;
    const file = openSync(name, "wx+", 0o600);
    unlinkSync(name);
    let open = true;
    return {
      file,
      limit: Math.min(limit, free - RESERVED_BYTES),
      size: () => (open ? fstatSync(file).size : 0),
      read: () => readWhole(file),
      close: () => {
        open = false;
        closeSync(file);
      },
    };
  } catch {
    return undefined;
  }
}

/** Opens a file in memory with this input for a tool; undefined if that fails. Close it afterwards. */
export function openScratchInput(input: string | Uint8Array): Scratch | undefined {
  const scratch = openScratch(Number.POSITIVE_INFINITY);
  try {
    if (scratch) writeFileSync(scratch.file, input);
    return scratch;
  } catch {
    scratch?.close();
    return undefined;
  }
}

function readWhole(file: number): Uint8Array {
  const bytes = new Uint8Array(fstatSync(file).size);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(file, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}
