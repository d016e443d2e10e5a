// Writing a file that others may read at any moment.
import { chmodSync, lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { ConfigFileError } from "../agent/index.ts";

/**
 * Puts text in the place of a file's, all at once; its mode stays. A symbolic link is refused: the files of a mounted
 * ConfigMap are some, and what is written there is lost. Throws {@link ConfigFileError}.
 */
export function replaceFile(file: string, text: string | Uint8Array): void {
  const scratch = `${file}.${process.pid}.tmp`;
  try {
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) {
      throw new Error("it is a symbolic link, as in a mounted ConfigMap; write to the file or the ConfigMap itself");
    }
    const mode = stat.mode & 0o7777;
    writeFileSync(scratch, text, { flag: "wx", mode });
    // The umask may have taken some of it.
    chmodSync(scratch, mode);
    renameSync(scratch, file);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw new ConfigFileError(`cannot write ${file}: ${(error as Error).message}`);
  }
}
