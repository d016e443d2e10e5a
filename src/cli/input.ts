// What a command is given to read besides the config: a file or standard input.
import { readFileSync } from "node:fs";
import process from "node:process";
import { ConfigFileError } from "../agent/index.ts";

/** How messages name a file. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : file);

/** The bytes of a file, or of standard input for `-`. Throws {@link ConfigFileError}. */
export async function readInput(file: string): Promise<Uint8Array> {
  if (file === "-") return readStdin();
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a directory" : message;
    throw new ConfigFileError(`cannot read ${file}: ${why}`);
  }
}

export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
