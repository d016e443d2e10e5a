// Writing a config that others may read at any moment.
import { lstatSync } from "node:fs";
import { ConfigFileError } from "../agent/index.ts";
import { replaceFile } from "../host/index.ts";

/**
 * Puts text in the place of a config's, all at once; its mode stays. A symbolic link is refused: the files of a mounted
 * ConfigMap are some, and what is written there is lost. Throws {@link ConfigFileError}.
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
