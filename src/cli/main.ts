// argv to a command to an exit code.
import process from "node:process";
import { ConfigFileError, isConfigThread, runConfigThread } from "../agent/index.ts";
import { CniConfigError, ReferencedError, TooOldError, VerifyError } from "../backends/index.ts";
import { ListEditError, suggest } from "../config/index.ts";
import { ConntrackError } from "../conntrack/index.ts";
import { CoreMemoryError } from "../core/index.ts";
import { ToolError } from "../host/index.ts";
import { COMMANDS } from "./commands.ts";
import { checkFor, parseFlags, UsageError } from "./flags.ts";
import { OutputError } from "./flows.ts";
import { help } from "./help.ts";
import { InputError } from "./input.ts";
import { type Io, printJson, processIo } from "./io.ts";
import { ignoreDebugSignal } from "./no-debugger.ts";
import { InvalidConfigError } from "./policy.ts";
import { PageError } from "./preview.ts";
import { FlagError, settingsOf } from "./settings.ts";

/** Errors whose message says everything; any other is a defect and keeps its stack. */
const EXPECTED = [
  CniConfigError,
  ConfigFileError,
  ConntrackError,
  CoreMemoryError,
  FlagError,
  InputError,
  InvalidConfigError,
  ListEditError,
  OutputError,
  PageError,
  ReferencedError,
  TooOldError,
  ToolError,
  VerifyError,
];

const isBool = (word = "") => /^(true|false|1|0)$/i.test(word);

/** Runs one call of the program and returns its exit code. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  // A call that cannot be read may still name its command: what its exit codes mean depends on it.
  let name = argv.find((arg) => Object.hasOwn(COMMANDS, arg)) ?? "run";
  try {
    const { flags, repeated, words, help: wantsHelp } = parseFlags(argv);
    const [first, ...rest] = words;
    const isHelp = first === "help";
    const asked = isHelp ? rest[0] : first;
    if (asked !== undefined && !Object.hasOwn(COMMANDS, asked)) {
      const meant = suggest(asked, Object.keys(COMMANDS));
      const bool = isBool(asked) ? "; the value of a boolean flag is written --flag=value" : "";
      throw new UsageError(`unknown command ${JSON.stringify(asked)}${meant ? `; did you mean ${meant}?` : bool}`);
    }
    if (isHelp || wantsHelp) {
      io.print(help(asked));
      return 0;
    }
    name = asked ?? "run";
    if (flags.get("version") === "true") name = "version";
    const command = COMMANDS[name];
    if (!command) return 2;
    if (rest.length > 0 && command.operands === "") {
      const bool = isBool(rest[0]) ? "; the value of a boolean flag is written --flag=value" : "";
      throw new UsageError(`${name} takes no ${JSON.stringify(rest[0])}${bool}`);
    }
    for (const [flag, value] of flags) checkFor(name, flag, value);
    return await command.action(settingsOf({ flags, repeated }), rest, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.warn(`ip-masq-agent: ${error.message}\nRun ip-masq-agent ${name === "run" ? "" : `${name} `}--help for usage`);
      return COMMANDS[name]?.usageExit ?? 2;
    }
    const expected = EXPECTED.some((kind) => error instanceof kind);
    const { message, stack } = error as Error;
    io.warn(`ip-masq-agent: ${expected ? message : (stack ?? error)}`);
    // Readers of JSON must find some; what is wrong with a config has been printed as such.
    const json = argv.some((arg) => /^--?output=json$/.test(arg)) || argv.join(" ").includes("-output json");
    if (json && name !== "run" && !(error instanceof InvalidConfigError)) printJson(io, { error: message });
    return 1;
  }
}

if (!isConfigThread() || !(await runConfigThread())) {
  ignoreDebugSignal();
  const exit = await main(process.argv.slice(2), processIo());
  process.exitCode = exit || process.exitCode || 0;
}
