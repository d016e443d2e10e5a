// The entry point: runs the command that argv names and sets the exit code.
import process from "node:process";
import { isConfigThread, runConfigThread } from "../agent/index.ts";
import { isLaneThread, runLaneThread } from "../archives/index.ts";
import { suggest } from "../config/index.ts";
import { describeError, ReportedError } from "../errors/index.ts";
import { COMMANDS } from "./commands.ts";
import { withConfigOperand } from "./config-input.ts";
import { checkFor, FLAGS, type ParsedArgs, parseFlags, UsageError } from "./flags.ts";
import { help } from "./help.ts";
import { colorFacts, type DataFormat, type Io, isColored, printJson, processIo, withStyle } from "./io.ts";
import { ignoreDebugSignal } from "./no-debugger.ts";
import { InvalidConfigError } from "./policy.ts";
import { adoptAgent, describeAgent, findAgents, SeveralAgentsError } from "./running-agent.ts";
import { type Settings, settingsOf } from "./settings.ts";

const isBool = (word = "") => /^(true|false|1|0)$/i.test(word);

/** The data format that the arguments ask for, found even if they cannot be parsed. */
function dataFormatOf(argv: readonly string[]): DataFormat | undefined {
  const [, format] = /(?:^| )--?(?:o|output)[ =](json|yaml)(?: |$)/.exec(argv.join(" ")) ?? [];
  return format as DataFormat | undefined;
}

/** The settings of a command; if it discovers agents, with the flags of the agent on this node. */
function settingsWithAgent(name: string, call: ParsedArgs, io: Io): Settings {
  const discovers = FLAGS["discover-agent"]?.commands?.includes(name) === true;
  const isOff = call.flags.get("discover-agent") === "false";
  // doctor --flow walks through the rules of the node, whatever an agent wants, and impact without --live is not about a node.
  const isElsewhere = call.flags.get("flow") === "true" || (name === "impact" && call.flags.get("live") !== "true");
  if (!discovers || isOff || isElsewhere) return settingsOf(call);
  try {
    const { args, agent, unread } = adoptAgent(call, name, findAgents());
    if (agent) io.warn(describeAgent(agent));
    for (const why of unread) io.warn(why);
    return settingsOf(args, agent);
  } catch (error) {
    // doctor reports this as a finding.
    if (!(error instanceof SeveralAgentsError) || name !== "doctor") throw error;
    io.warn(error.message);
    return settingsOf(call);
  }
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
    const settings = settingsWithAgent(name, call, io);
    const style = { colored: isColored(settings.color, colorFacts()), format: settings.dataFormat };
    return await command.action(settings, call.words, withStyle(io, style));
  } catch (error) {
    if (error instanceof UsageError) {
      io.warn(`ip-masq-agent: ${error.message}\nRun ip-masq-agent ${name === "run" ? "" : `${name} `}--help for usage`);
      return COMMANDS[name]?.usageExit ?? 2;
    }
    const reported = error instanceof ReportedError ? error : undefined;
    const { message, stack } = error as Error;
    io.warn(`ip-masq-agent: ${reported ? describeError(reported) : (stack ?? error)}`);
    // With --output=json there must be data even for an error. The diagnostics of a config have been printed already.
    const format = dataFormatOf(argv);
    if (format && name !== "run" && !(error instanceof InvalidConfigError)) {
      printJson(withStyle(io, { colored: false, format }), {
        error: message,
        code: reported?.code,
        remedy: reported?.remedy,
      });
    }
    return reported?.exitCode ?? 1;
  }
}

const isThread = (isConfigThread() && (await runConfigThread())) || (isLaneThread() && (await runLaneThread()));
if (!isThread) {
  ignoreDebugSignal();
  const exit = await main(process.argv.slice(2), processIo());
  process.exitCode = exit || process.exitCode || 0;
}
