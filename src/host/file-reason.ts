// Why a file cannot be opened, read or written.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "file not found",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
};

/** The reason in an error of `node:fs`; Node's own message repeats the system call and the path. */
export function fileReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
