// The input of a command besides the config: a file or standard input, whole or piece by piece.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { printableName } from "../config/index.ts";
import { reportedAs } from "../errors/index.ts";
import { fileReason, readRegularFile } from "../host/index.ts";
import { UsageError } from "./flags.ts";

/** A file or standard input cannot be read. */
export class InputError extends reportedAs("input-unreadable") {}

/** How messages name a file. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : printableName(file));

/** Standard input can be read only once. Throws {@link UsageError} if more than one of these files is `-`. */
export function readStdinOnce(...files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === "-").length < 2) return;
  throw new UsageError("standard input can be read only once: use - or leave out FILE for one input only");
}

/** An open file, or standard input. */
export interface Input {
  /** Reads into the buffer and returns the number of bytes, 0 at the end. */
  read(buffer: Uint8Array): number;
  close(): void;
}

/** Opens a file, or standard input for `-`. Throws {@link InputError}, as reading does. */
export function openInput(file: string): Input {
  const from = file === "-" ? 0 : orInputError(file, () => openSync(file, "r"));
  return {
    read: (buffer) => orInputError(file, () => readSome(from, buffer)),
    close: () => {
      if (from !== 0) closeSync(from);
    },
  };
}

function readSome(from: number, buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(from, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** Whether standard input is a file or a pipe: it may be closed, a terminal or /dev/null. */
export function hasStdin(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

/** The bytes of a file, or of standard input for `-`. With `regular`, pipes and devices are errors. Throws {@link InputError}. */
export function readInput(file: string, regular = false): Uint8Array {
  return file === "-" ? readStdin() : orInputError(file, () => (regular ? readRegularFile(file) : readFileSync(file)));
}

/** All of standard input, or its first `maxBytes` bytes. Throws {@link InputError}. */
export function readStdin(maxBytes = Number.POSITIVE_INFINITY): Uint8Array {
  const { read } = openInput("-");
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  for (let count = 1; count > 0 && left > 0; left -= count) {
    const buffer = new Uint8Array(Math.min(left, 1 << 16));
    count = read(buffer);
    chunks.push(buffer.subarray(0, count));
  }
  return Buffer.concat(chunks);
}

function orInputError<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InputError(`cannot read ${nameOf(file)}: ${fileReason(error)}`);
  }
}

/** Waits before the next try: another process has made our stream non-blocking. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
