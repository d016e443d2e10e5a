// What a command writes to, and how lists of changes look there.
import process from "node:process";
import picocolors from "picocolors";
import { type Change, formatChange } from "../backends/index.ts";
import { printable, printableJson } from "../config/index.ts";
import { formatYaml } from "./yaml.ts";

/** What data can be printed as. */
export const DATA_FORMATS = ["json", "yaml"] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

export const COLOR_MODES = ["auto", "always", "never"] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

export interface Io {
  /** Standard output, one line or more for a person; a newline is added. Only our own colours keep their escapes. */
  print(text: string): void;
  /** Standard output, as it is: data. */
  write(data: string | Uint8Array): void;
  /** Standard error, as print. */
  warn(text: string): void;
  readonly color: ReturnType<typeof picocolors.createColors>;
  /** How {@link printJson} prints. */
  readonly format: DataFormat;
}

/** The process's own streams, without colours. */
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
  return {
    print: (text) => write(`${printable(text)}\n`),
    write,
    warn: (text) => {
      try {
        process.stderr.write(`${printable(text)}\n`);
      } catch {
        // As above, on Deno.
      }
    },
    color: picocolors.createColors(false),
    format: "json",
  };
}

/** The same streams with other colours, and data in another format. */
export function withStyle(io: Io, { colored, format }: { readonly colored: boolean; readonly format: DataFormat }): Io {
  const print = (text: string) => io.write(`${colored ? printableColored(text) : printable(text)}\n`);
  return { ...io, print, color: picocolors.createColors(colored), format };
}

/** What decides whether text is coloured. */
export interface ColorFacts {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<"NO_COLOR" | "FORCE_COLOR" | "TERM", string | undefined>>;
}

/** Is text for people coloured? The flag decides, then NO_COLOR, FORCE_COLOR, and whether a terminal shows it. */
export function isColored(mode: ColorMode, { isTerminal, env }: ColorFacts): boolean {
  if (mode !== "auto") return mode === "always";
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && env.TERM !== "dumb";
}

/** The facts of this process. */
export function colorFacts(): ColorFacts {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return { isTerminal: Boolean(process.stdout.isTTY), env: { NO_COLOR, FORCE_COLOR, TERM } };
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

/** Prints a value as JSON, or as YAML if that is asked for; counters, which may pass 2^53, as decimal numbers all the same. */
export function printJson(io: Io, value: unknown): void {
  if (io.format === "yaml") {
    io.write(formatYaml(value));
    return;
  }
  const json = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item), 2);
  io.write(`${printableJson(json)}\n`);
}

/** The changes as a diff: `+` added, `-` removed, two spaces kept. */
export function formatChanges(changes: readonly Change[], { color }: Io): string {
  const paint = { add: color.green, remove: color.red, keep: color.dim };
  return changes.map((change) => paint[change.op](printable(formatChange(change)))).join("\n");
}
