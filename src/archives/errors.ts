// Errors of archives.
import { printableName } from "../config/index.ts";
import { ReportedError, reportedAs } from "../errors/index.ts";

/** A file or standard input cannot be read, or the meaning of its lines is ambiguous. */
export class ArchiveError extends reportedAs("input-unreadable") {}

/** Converts an error of `node:fs` or `node:zlib`; returns any other error unchanged. */
export function readError(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ReportedError || code === undefined) return error;
  const reasons: Record<string, string> = {
    ENOENT: "file not found",
    EACCES: "permission denied",
    Z_BUF_ERROR: "its compressed data is truncated",
    Z_DATA_ERROR: "its compressed data is damaged",
  };
  return new ArchiveError(`cannot read ${nameOf(file)}: ${reasons[code ?? ""] ?? message}`);
}

/** The name of a file in messages. */
export const nameOf = (file: string): string => (file === "-" ? "<stdin>" : printableName(file));
