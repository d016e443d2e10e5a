// Where a command writes, and how it prints data and lists of changes.
import process from "node:process";
import picocolors from "picocolors";
import { type Change, formatChange } from "../backends/index.ts";
import { printable, printableJson } from "../config/index.ts";

/** The formats of data. */
export const DATA_FORMATS = ["json", "yaml"] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];
export type DataFormatter = (value: unknown) => string;

export const COLOR_MODES = ["auto", "always", "never"] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Io {
  /** Prints text and a newline to standard output. All escape sequences but our own colours are made visible. */
  print(text: string): void;
  /** Writes data to standard output, unchanged. */
  write(data: string | Uint8Array): void;
  /** As `print`, to standard error. */
  warn(text: string): void;
  /** As `write`, to standard error. */
  writeError(text: string): void;
  readonly color: Colors;
  /** The colours of `warn`: standard error may be a terminal even if standard output is not. */
  readonly warnColor: Colors;
  /** The format of {@link printData}. */
  readonly format: DataFormatter;
}

/** The streams of this process, without colours. */
export function processIo(): Io {
  // The reader may have gone (`| head`), or the disk may be full: the rules matter more than messages.
  process.stderr.on("error", () => {});
  let isReported = false;
  const failed = ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") return;
    process.exitCode = 1;
    // Called for each write that fails: report the first.
    if (!isReported) process.stderr.write(`ip-masq-agent: cannot write to standard output: ${message}\n`);
    isReported = true;
  };
  process.stdout.on("error", failed);
  const write = (data: string | Uint8Array) => {
    try {
      process.stdout.write(data);
    } catch (error) {
      // Deno throws the error that Node emits.
      failed(error as NodeJS.ErrnoException);
    }
  };
  const writeError = (text: string) => {
    try {
      process.stderr.write(text);
    } catch {
      // Deno, as above.
    }
  };
  return {
    print: (text) => write(`${printable(text)}\n`),
    write,
    warn: (text) => writeError(`${printable(text)}\n`),
    writeError,
    color: picocolors.createColors(false),
    warnColor: picocolors.createColors(false),
    format: formatJson,
  };
}

/** How a command prints. */
export interface Style {
  /** Whether standard output and standard error are coloured. */
  readonly colored: boolean;
  readonly warnColored: boolean;
  readonly format: DataFormatter;
}

/** The same streams with colours or without, and with a data format. */
export function withStyle(io: Io, { colored, warnColored, format }: Style): Io {
  const visible = (isColored: boolean) => (isColored ? printableColored : printable);
  return {
    ...io,
    print: (text) => io.write(`${visible(colored)(text)}\n`),
    warn: (text) => io.writeError(`${visible(warnColored)(text)}\n`),
    color: picocolors.createColors(colored),
    warnColor: picocolors.createColors(warnColored),
    format,
  };
}

/** What decides whether text is coloured. */
export interface ColorFacts {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<"NO_COLOR" | "FORCE_COLOR" | "TERM", string | undefined>>;
}

/** Whether text output is coloured: the flag decides, then NO_COLOR, FORCE_COLOR, and whether it goes to a terminal. */
export function isColored(mode: ColorMode, { isTerminal, env }: ColorFacts): boolean {
  if (mode !== "auto") return mode === "always";
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && env.TERM !== "dumb";
}

/** The facts about a stream of this process. */
export function colorFacts(stream: "stdout" | "stderr"): ColorFacts {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return { isTerminal: Boolean(process[stream].isTTY), env: { NO_COLOR, FORCE_COLOR, TERM } };
}

/** The escape sequences of the colours in use: dim, red, green, yellow, cyan, and their ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with ESC
const COLOURS = /(\x1b\[(?:2|22|31|32|33|36|39)m)/;

function printableColored(text: string): string {
  // split() returns the matches of the group in between.
  return text
    .split(COLOURS)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join("");
}

/** Loads the formatter of a format. */
export const formatterOf = async (format: DataFormat): Promise<DataFormatter> =>
  format === "yaml" ? (await import("./yaml.ts")).formatYaml : formatJson;

/** Formats a value as JSON. Counters, which may exceed 2^53, are still printed as numbers. */
export function formatJson(value: unknown): string {
  const json = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item), 2);
  return `${printableJson(json)}\n`;
}

/** Prints a value as data. */
export const printData = ({ write, format }: Io, value: unknown): void => write(format(value));

/** The changes as a diff: `+` added, `-` removed, two spaces kept. */
export function formatChanges(changes: readonly Change[], { color }: Io): string {
  const paint = { add: color.green, remove: color.red, keep: color.dim };
  return changes.map((change) => paint[change.op](printable(formatChange(change)))).join("\n");
}
