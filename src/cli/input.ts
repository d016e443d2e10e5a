// What a command is given to read besides the config: a file or standard input, all at once or bit by bit.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { printableName } from "../config/index.ts";
import { reportedAs } from "../errors/index.ts";
import { readRegularFile } from "../host/index.ts";
import { UsageError } from "./flags.ts";

/** It cannot be read. */
export class InputError extends reportedAs("input-unreadable") {}

/** How messages name a file. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : printableName(file));

/** Standard input can be read once. Throws {@link UsageError} if more than one of these files is `-`. */
export function readStdinOnce(...files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === "-").length < 2) return;
  throw new UsageError("standard input can be read once: name files, so that - or no FILE stands for one thing only");
}

/** Reads a file, or standard input for `-`, into the buffer that it is given; how many bytes, 0 at its end. */
export interface Input {
  read(room: Uint8Array): number;
  close(): void;
}

/** Begins to read. Throws {@link InputError}, as reading does. */
export function openInput(file: string): Input {
  const from = file === "-" ? 0 : orRefuse(file, () => openSync(file, "r"));
  return {
    read: (room) => orRefuse(file, () => readSome(from, room)),
    close: () => {
      if (from !== 0) closeSync(from);
    },
  };
}

function readSome(from: number, room: Uint8Array): number {
  for (;;) {
    try {
      return readSync(from, room);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** Does standard input bring something? It may be closed, and a terminal or /dev/null brings nothing. */
export function hasStdin(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

/** The bytes of a file, or of standard input for `-`; with `regular` of no pipe or the like. Throws {@link InputError}. */
export function readInput(file: string, regular = false): Uint8Array {
  return file === "-" ? readStdin() : orRefuse(file, () => (regular ? readRegularFile(file) : readFileSync(file)));
}

/** All of standard input, or its first `most` bytes. Throws {@link InputError}. */
export function readStdin(most = Number.POSITIVE_INFINITY): Uint8Array {
  const { read } = openInput("-");
  const chunks: Uint8Array[] = [];
  let left = most;
  for (let count = 1; count > 0 && left > 0; left -= count) {
    const room = new Uint8Array(Math.min(left, 1 << 16));
    count = read(room);
    chunks.push(room.subarray(0, count));
  }
  return Buffer.concat(chunks);
}

function orRefuse<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a directory" : message;
    throw new InputError(`cannot read ${nameOf(file)}: ${why}`);
  }
}

/** Another process has made a stream of ours non-blocking: wait here. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
