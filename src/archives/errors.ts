// What goes wrong with archives.
import { printableName } from "../config/index.ts";
import { ReportedError, reportedAs } from "../errors/index.ts";

/** A file cannot be read, or it is not certain what its lines hold. */
export class ArchiveError extends reportedAs("archive-unreadable") {}

/** The error of a file that `node:fs` or `node:zlib` could not read; any other as it is. */
export function readError(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ReportedError || code === undefined) return error;
  const whys: Record<string, string> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    Z_BUF_ERROR: "its compressed data is cut off",
    Z_DATA_ERROR: "its compressed data is damaged",
  };
  return new ArchiveError(`cannot read ${nameOf(file)}: ${whys[code ?? ""] ?? message}`);
}

/** How messages name a file. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : printableName(file));
