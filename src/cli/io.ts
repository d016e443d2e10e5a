// What a command writes to, and how lists of changes look there.
import process from "node:process";
import picocolors from "picocolors";
import { type Change, formatChange } from "../dialect/index.ts";

export interface Io {
  /** Standard output, one line or more; a newline is added. */
  print(text: string): void;
  /** Standard output, exactly this. */
  write(text: string): void;
  /** Standard error, one line or more; a newline is added. */
  warn(text: string): void;
  readonly color: ReturnType<typeof picocolors.createColors>;
}

/** The process's own streams; coloured where standard output is a terminal and NO_COLOR is not set. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    // The reader went away (`| head`), or there is no room for what is said: the rules matter more than the words.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && stream === process.stdout) process.exitCode = 1;
    });
  }
  const colored = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    write: (text) => void process.stdout.write(text),
    warn: (text) => void process.stderr.write(`${text}\n`),
    color: picocolors.createColors(colored),
  };
}

/** Prints a value as JSON; counters, which may pass 2^53, as decimal numbers all the same. */
export function printJson(io: Io, value: unknown): void {
  io.print(JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item), 2));
}

/** The changes as a diff: `+` added, `-` removed, two spaces kept. */
export function formatChanges(changes: readonly Change[], { color }: Io): string {
  const paint = { add: color.green, remove: color.red, keep: color.dim };
  return changes.map((change) => paint[change.op](formatChange(change))).join("\n");
}
