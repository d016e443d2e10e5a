// What a command writes to, and how lists of changes look there.
import process from "node:process";
import picocolors from "picocolors";
import { type Change, formatChange } from "../backends/index.ts";
import { printable, printableJson } from "../config/index.ts";

export interface Io {
  /** Standard output, one line or more for a person; a newline is added. Only our own colours keep their escapes. */
  print(text: string): void;
  /** Standard output, as it is: data. */
  write(data: string | Uint8Array): void;
  /** Standard error, as print. */
  warn(text: string): void;
  readonly color: ReturnType<typeof picocolors.createColors>;
}

/** The process's own streams; coloured where standard output is a terminal and NO_COLOR is not set. */
export function processIo(): Io {
  // The reader went away (`| head`), or there is no room for what is said: the rules matter more than the words.
  process.stderr.on("error", () => {});
  let told = false;
  const failed = ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") return;
    process.exitCode = 1;
    // Each write that fails comes here.
    if (!told) process.stderr.write(`ip-masq-agent: cannot write to standard output: ${message}\n`);
    told = true;
  };
  process.stdout.on("error", failed);
  const write = (data: string | Uint8Array) => {
    try {
      process.stdout.write(data);
    } catch (error) {
      // Deno throws what Node emits.
      failed(error as NodeJS.ErrnoException);
    }
  };
  const colored = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return {
    print: (text) => write(`${colored ? printableColored(text) : printable(text)}\n`),
    write,
    warn: (text) => {
      try {
        process.stderr.write(`${printable(text)}\n`);
      } catch {
        // As above, on Deno.
      }
    },
    color: picocolors.createColors(colored),
  };
}

/** The sequences of the colours in use: dim, red, green, yellow, cyan, and their ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with ESC
const COLOURS = /(\x1b\[(?:2|22|31|32|33|36|39)m)/;

function printableColored(text: string): string {
  // What is split by a group alternates with it.
  return text
    .split(COLOURS)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join("");
}

/** Prints a value as JSON; counters, which may pass 2^53, as decimal numbers all the same. */
export function printJson(io: Io, value: unknown): void {
  const json = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item), 2);
  io.write(`${printableJson(json)}\n`);
}

/** The changes as a diff: `+` added, `-` removed, two spaces kept. */
export function formatChanges(changes: readonly Change[], { color }: Io): string {
  const paint = { add: color.green, remove: color.red, keep: color.dim };
  return changes.map((change) => paint[change.op](printable(formatChange(change)))).join("\n");
}
