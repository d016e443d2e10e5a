// Reads a file that others may have put there.
import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";

/** The first bytes of a file of any kind, `most` of them at most: no more of it is read. Throws what `node:fs` throws. */
export function readStart(file: string, most: number): Uint8Array {
  const from = openSync(file, "r");
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
 * waited for without end, and a device never ends.
 */
export function readRegularFile(file: string, most?: number): Uint8Array {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new Error("it is a directory; name the file in it");
  if (!stat.isFile()) throw new Error("it is no regular file, and reading it might never end");
  return most === undefined ? readFileSync(file) : readStart(file, most);
}

/** The path of the file that links lead to. Throws what `node:fs` throws. */
export function followLinks(file: string): string {
  return realpathSync(file);
}
