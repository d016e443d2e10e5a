// Reads a file that others may have put there.
import { readFileSync, statSync } from "node:fs";

/**
 * The bytes of a regular file. Throws what `node:fs` throws, and refuses anything else before it is opened: a pipe could be
 * waited for without end, and a device never ends.
 */
export function readRegularFile(file: string): Uint8Array {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new Error("it is a directory; name the file in it");
  if (!stat.isFile()) throw new Error("it is no regular file, and reading it might never end");
  return readFileSync(file);
}
