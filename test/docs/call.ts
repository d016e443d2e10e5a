// A call of a program in the docs, and the result that a stand-in for the program returns.

export interface Call {
  /** The arguments, without the program's name. */
  readonly args: readonly string[];
  /** The folder that paths are relative to. */
  readonly folder: string;
  /** Standard input; empty if the call does not name it. */
  readonly input: string;
  /** Whether the text may leave out operands: `kubectl rollout undo` in a sentence names a command and is not run. */
  readonly isNamed: boolean;
}

/** What the stand-in does: prints a text, and runs a command in the block's network namespace. */
export interface Reply {
  readonly stdout?: string;
  readonly run?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The command serves a page until it gets SIGINT: it gets one once its page has been read. */
  readonly isServer?: boolean;
  /** Exit codes that mean success, besides 0. */
  readonly exits?: readonly number[];
}

/** The program would refuse the call, or the call would not do what the page says. */
export class RefusedCall extends Error {}

export function refuse(why: string): never {
  throw new RefusedCall(why);
}

/** Refuses a call unless a condition holds. */
export function must(condition: unknown, why: string): asserts condition {
  if (!condition) refuse(why);
}

/** How a program writes its options: whether each takes a value. Short options are listed by their letter. */
export type Options = ReadonlyMap<string, boolean>;

export interface ParsedCall {
  readonly words: readonly string[];
  /** The values of each option, in order; an option without a value has `true`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** The words after `--`. */
  readonly rest: readonly string[];
}

/** Parses arguments, in which words and options may be mixed. Refuses options that are not in `known`. */
export function parseCall(args: readonly string[], known: Options): ParsedCall {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const words: string[] = [];
  const options = new Map<string, string[]>();
  for (let i = 0; i < own.length; i++) {
    const arg = own[i] ?? "";
    const [, dashes, name, written] = /^(--?)([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) words.push(arg);
    else {
      must(known.has(name) && dashes === (name.length === 1 ? "-" : "--"), `unknown option ${arg}`);
      const value = written ?? (known.get(name) ? own[++i] : "true");
      must(value !== undefined, `${arg} needs a value`);
      options.set(name, [...(options.get(name) ?? []), value]);
    }
  }
  return { words, options, rest: end < 0 ? [] : args.slice(end + 1) };
}

/** Options as a stand-in's own table: `--name=` takes a value, `--name` none. */
export const optionsOf = (text: string): Options =>
  new Map(text.split(/\s+/).map((word) => [word.replace(/^--?|=$/g, ""), word.endsWith("=")]));
