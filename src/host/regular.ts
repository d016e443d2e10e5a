// Reads a file that others may have put there.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from "node:fs";

/** The first bytes of a file of any kind, `most` of them at most: no more of it is read. Throws what `node:fs` throws. */
export function readStart(file: string, most: number): Uint8Array {
  return readAndClose(openSync(file, "r"), most);
}

function readAndClose(from: number, most: number): Uint8Array {
  try {
    const chunks: Uint8Array[] = [];
    let left = most;
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
 * The bytes of a regular file, `most` of them at most. Throws what `node:fs` throws, and refuses anything else before it is opened: a pipe could be
 * waited for without end, and a device never ends. What becomes a pipe between the look and the opening is not waited for either.
 */
export function readRegularFile(file: string, most = Number.POSITIVE_INFINITY): Uint8Array {
  refuseOther(statSync(file));
  const from = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    refuseOther(fstatSync(from));
  } catch (error) {
    closeSync(from);
    throw error;
  }
  return readAndClose(from, most);
}

function refuseOther(stat: Stats): void {
  if (stat.isDirectory()) throw new Error("it is a directory; name the file in it");
  if (!stat.isFile()) throw new Error("it is no regular file, and reading it might never end");
}

/** The path of the file that links lead to. Throws what `node:fs` throws. */
export function followLinks(file: string): string {
  return realpathSync(file);
}
