// The entry point: runs the command that argv names and sets the exit code.
import process from "node:process";
import { suggest } from "../config/index.ts";
import { errorData, ReportedError, USAGE } from "../errors/index.ts";
import { CONFIG_THREAD, isThread, LANE_THREAD } from "../host/index.ts";
import { COMMANDS } from "./commands.ts";
import { withConfigOperand } from "./config-operand.ts";
import { checkFor, FLAGS, type ParsedArgs, parseFlags, UsageError } from "./flags.ts";
import { help } from "./help.ts";
import { colorFacts, type DataFormat, formatterOf, type Io, isColored, processIo, withStyle } from "./io.ts";
import { ignoreDebugSignal } from "./no-debugger.ts";
import { settingsOf } from "./settings.ts";

const isBool = (word = "") => /^(true|false|1|0)$/i.test(word);

/** The data format that the arguments ask for, found even if they cannot be parsed. */
function dataFormatOf(argv: readonly string[]): DataFormat | undefined {
  const [, format] = /(?:^| )--?(?:o|output)[ =](json|yaml)(?: |$)/.exec(argv.join(" ")) ?? [];
  return format as DataFormat | undefined;
}

/** Whether a command uses the flags of the agent on this node. */
function usesAgent(name: string, { flags }: ParsedArgs): boolean {
  const discovers = FLAGS["discover-agent"]?.commands?.includes(name) === true;
  const isOff = flags.get("discover-agent") === "false";
  // doctor --flow walks through the rules of the node, regardless of the agent's settings, and impact without --live is not about a node.
  const isElsewhere = flags.get("flow") === "true" || (name === "impact" && flags.get("live") !== "true");
  return discovers && !isOff && !isElsewhere;
}

/** Runs one call of the program and returns its exit code. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  // Even if the arguments cannot be parsed, the exit code for a usage error depends on the command.
  let name = argv.find((arg) => Object.hasOwn(COMMANDS, arg)) ?? "run";
  try {
    const parsed = parseFlags(argv);
    const [first, ...rest] = parsed.words;
    const isHelp = first === "help";
    const asked = isHelp ? rest[0] : first;
    if (asked !== undefined && !Object.hasOwn(COMMANDS, asked)) {
      const meant = suggest(asked, Object.keys(COMMANDS));
      const bool = isBool(asked) ? "; write the value of a boolean flag as --flag=value" : "";
      throw new UsageError(`unknown command ${JSON.stringify(asked)}${meant ? `; did you mean ${meant}?` : bool}`);
    }
    if (isHelp || parsed.help) {
      io.print(help(asked));
      return 0;
    }
    name = asked ?? "run";
    if (parsed.flags.get("version") === "true") name = "version";
    const command = COMMANDS[name];
    if (!command) return 2;
    if (rest.length > 0 && command.operands === "") {
      const bool = isBool(rest[0]) ? "; write the value of a boolean flag as --flag=value" : "";
      throw new UsageError(`${name} takes no operands, but got ${JSON.stringify(rest[0])}${bool}`);
    }
    for (const [flag, value] of parsed.flags) checkFor(name, flag, value);
    const call = command.configOperand ? withConfigOperand(parsed, rest) : { ...parsed, words: rest };
    const settings = usesAgent(name, call)
      ? (await import("./adopted-settings.ts")).settingsWithAgent(name, call, io)
      : settingsOf(call);
    const isStyled = (stream: "stdout" | "stderr") => isColored(settings.color, colorFacts(stream));
    const format = await formatterOf(settings.dataFormat);
    const style = { colored: isStyled("stdout"), warnColored: isStyled("stderr"), format };
    const action = await command.load();
    return await action(settings, call.words, withStyle(io, style));
  } catch (error) {
    return await report(error, name, dataFormatOf(argv), io);
  }
}

/** Prints an error that ends a command, and returns the exit code. */
async function report(error: unknown, name: string, format: DataFormat | undefined, io: Io): Promise<number> {
  const reported = error instanceof ReportedError ? error : undefined;
  const isUsage = reported?.code === USAGE;
  const { remedy, ...facts } = errorData(error);
  const help = `Run ip-masq-agent ${name === "run" ? "" : `${name} `}--help for usage`;
  const data = { ...facts, remedy: isUsage ? help : remedy };
  const text = [data.error, data.remedy].filter((line) => line !== undefined).join("\n");
  io.warn(`ip-masq-agent: ${reported ? text : ((error as Error).stack ?? error)}`);
  // With --output=json there must be data even for an error.
  if (format && name !== "run" && !reported?.isPrinted) io.write((await formatterOf(format))(data));
  return (isUsage ? COMMANDS[name]?.usageExit : undefined) ?? reported?.exitCode ?? 1;
}

/** What the program does in its threads. Returns false outside of a thread: a user could pass the same argument. */
const THREADS: Readonly<Record<string, () => Promise<boolean>>> = {
  [CONFIG_THREAD]: async () => (await import("../agent/config-thread.ts")).runConfigThread(),
  [LANE_THREAD]: async () => (await import("../archives/thread.ts")).runLaneThread(),
};

/** Runs the program: a thread of it, or the call that argv makes. */
async function start(): Promise<void> {
  const thread = Object.keys(THREADS).find(isThread);
  if (thread !== undefined && (await THREADS[thread]?.())) return;
  ignoreDebugSignal();
  process.exitCode = UNFINISHED;
  const exit = await main(process.argv.slice(2), processIo());
  // A failed write to standard output has changed it.
  process.exitCode = exit || (process.exitCode === UNFINISHED ? 0 : process.exitCode);
}

/** The exit code if nothing is left that could finish the command: Node's code for a module that never finishes. */
const UNFINISHED = 13;

// Not awaited: a part of the bundle cannot have a top-level await.
void start();
