// Why the page of `preview` cannot be read, written or served, and what to do.
import { printableName } from "../config/index.ts";
import { reportedAs } from "../errors/index.ts";
import { fileReason } from "../host/index.ts";

/** The page cannot be read, served or written. */
export class PageError extends reportedAs("page") {}

/** The error for a page that cannot be written to a file. */
export function unwritable(file: string, error: unknown): PageError {
  const isFolderMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
  const why = isFolderMissing ? "its folder does not exist" : fileReason(error);
  const remedy = isFolderMissing ? "create it, or choose another file" : "choose another file";
  return new PageError(`cannot write the page to ${printableName(file)}: ${why}`, `${remedy} with --page`);
}

/** Why a port cannot be used, by the error's code. */
const PORT_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process uses this port",
  EACCES: "permission denied",
};

/** The error for a page that cannot be served. */
export function unservable(port: number, { code = "", message }: NodeJS.ErrnoException): PageError {
  const why = PORT_REASONS[code];
  return new PageError(
    `cannot serve the page on 127.0.0.1, port ${port}: ${why ?? message}`,
    why && "choose another --port, or leave it out for a free one",
  );
}
