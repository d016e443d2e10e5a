// A file in memory for the output of one tool.
import { closeSync, fstatSync, openSync, readSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import process from "node:process";

export interface Scratch {
  /** For the tool's standard output. */
  readonly file: number;
  /** How many bytes it may hold. */
  readonly limit: number;
  /** How many it holds now. */
  size(): number;
  read(): Uint8Array;
  close(): void;
}

/** Free space that is needed for a scratch file, and that stays free for others: bytes. */
const NEEDED = 32 << 20;
const SPARED = 4 << 20;

let count = 0;

/**
 * Opens a file in /dev/shm, which has no name any more; undefined if there is too little space or it cannot be written to.
 * Tools write their output in pieces of 4 KiB: through a pipe each of them wakes us, and a dump of 40,000 rules costs
 * 30 ms more.
 */
export function openScratch(limit: number): Scratch | undefined {
  const name = `/dev/shm/ip-masq-agent-${process.pid}-${++count}`;
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    const free = bavail * bsize;
    if (free < NEEDED) return undefined;
    const file = openSync(name, "wx+", 0o600);
    unlinkSync(name);
    let open = true;
    return {
      file,
      limit: Math.min(limit, free - SPARED),
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

/** A file in memory that holds this for a tool to read; undefined if there can be none. Close it afterwards. */
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
