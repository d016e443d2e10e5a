// Reads small files of the node: /proc, /sys, /etc.
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { fileReason } from "./file-reason.ts";

/** Reads files. What is missing is undefined or empty; what cannot be read is recorded. */
export interface Files {
  /** The text of a file. */
  read(path: string): string | undefined;
  /** The names in a folder. */
  list(path: string): readonly string[];
  /** When a file was last written, links followed. */
  modified(path: string): Date | undefined;
  /** The path of the file that links lead to. */
  resolve(path: string): string | undefined;
  /** What exists but could not be read so far, as `path: why`. */
  unreadable(): readonly string[];
}

/** The files of this machine. */
export function openFiles(): Files {
  const failures = new Map<string, string>();
  const attempt = <T>(path: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") failures.set(path, fileReason(error));
      return undefined;
    }
  };
  return {
    read: (path) => attempt(path, () => readFileSync(path, "utf8")),
    list: (path) => attempt(path, () => readdirSync(path).sort()) ?? [],
    modified: (path) => attempt(path, (): Stats => statSync(path))?.mtime,
    resolve: (path) => attempt(path, () => realpathSync(path)),
    unreadable: () => [...failures].map(([path, why]) => `${path}: ${why}`),
  };
}
