// Reads a file that another user may have created, which may be of any kind.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from "node:fs";

/** Reads at most the first `maxBytes` bytes of a file of any kind. Throws what `node:fs` throws. */
export function readStart(file: string, maxBytes: number): Uint8Array {
  return readAndClose(openSync(file, "r"), maxBytes);
}

function readAndClose(from: number, maxBytes: number): Uint8Array {
  try {
    const chunks: Uint8Array[] = [];
    let left = maxBytes;
    for (let count = 1; count > 0 && left > 0; left -= count) {
      const chunk = new Uint8Array(Math.min(left, 1 << 16));
      count = readSync(from, chunk);
      chunks.push(chunk.subarray(0, count));
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(from);
  }
}

/**
 * Reads at most `maxBytes` bytes of a regular file. Throws what `node:fs` throws, and refuses any other kind of file before
 * opening it: a pipe might block forever, and a device is endless. Also does not block if the file is replaced by a pipe in
 * between.
 */
export function readRegularFile(file: string, maxBytes = Number.POSITIVE_INFINITY): Uint8Array {
  refuseOther(statSync(file));
  const from = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    refuseOther(fstatSync(from));
  } catch (error) {
    closeSync(from);
    throw error;
  }
  return readAndClose(from, maxBytes);
}

function refuseOther(stat: Stats): void {
  if (stat.isDirectory()) throw new Error("it is a directory; name the file in it");
  if (!stat.isFile()) throw new Error("it is not a regular file, and reading it might never end");
}

/** The path of a file with all links resolved. Throws what `node:fs` throws. */
export function followLinks(file: string): string {
  return realpathSync(file);
}
