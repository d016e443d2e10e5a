// Replaces a config that other programs may read at any moment.
import { lstatSync } from "node:fs";
import { ConfigFileError } from "../agent/index.ts";
import { replaceFile } from "../host/index.ts";

/**
 * Replaces the text of a config atomically and keeps the file's mode. Refuses a symbolic link: in a mounted ConfigMap the
 * files are links, and changes to them are lost. Throws {@link ConfigFileError}.
 */
export function replaceConfig(file: string, was: Uint8Array, text: string | Uint8Array): void {
  try {
    if (lstatSync(file).isSymbolicLink()) {
      throw new Error("it is a symbolic link, as in a mounted ConfigMap; write to the file or the ConfigMap itself");
    }
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    if (!replaceFile(file, was, bytes)) throw new Error("it has changed since it was read");
  } catch (error) {
    throw new ConfigFileError(`cannot write ${file}: ${(error as Error).message}`);
  }
}
