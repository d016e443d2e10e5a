// A runner that starts no tool: a script defines the output, exit code and duration of each command.
import { type Runner, ToolError, type ToolRun } from "../src/host/index.ts";

/** One expected command, and its result. */
export interface Step {
  /** The whole command, `iptables-nft -t nat -S POSTROUTING`, or a pattern that it must match. */
  readonly command: string | RegExp;
  readonly stdout?: string;
  readonly stderr?: string;
  /** 0 by default. */
  readonly exit?: number;
  /** The error that the runner throws if the command does not end by itself. */
  readonly fails?: ToolError["reason"];
  /** Milliseconds. */
  readonly delay?: number;
}

export interface ScriptedRunner {
  readonly run: Runner;
  /** The commands so far, each followed by its input, if it had any. */
  readonly calls: readonly string[];
  /** The steps that have not run. */
  left(): readonly Step[];
}

/** Runs each step once. If several match a command, the first remaining one runs. Throws if none matches. */
export function scriptedRunner(steps: readonly Step[]): ScriptedRunner {
  const left = [...steps];
  const calls: string[] = [];
  const run: Runner = async (name, args, { input } = {}) => {
    const command = [name, ...args].join(" ");
    calls.push(input === undefined ? command : `${command}\n${textOf(input)}`);
    const at = left.findIndex((step) =>
      typeof step.command === "string" ? step.command === command : step.command.test(command),
    );
    const [step] = at < 0 ? [] : left.splice(at, 1);
    if (!step) throw new Error(`no step is left for: ${command}`);
    if (step.delay !== undefined) await new Promise((done) => setTimeout(done, step.delay));
    return runOf(command, step);
  };
  return { run, calls, left: () => left };
}

/** The result of a command, as a {@link Runner} returns it. Throws {@link ToolError} if the step says so. */
export function runOf(
  command: string,
  { stdout = "", stderr = "", exit = 0, fails }: Omit<Step, "command" | "delay">,
): ToolRun {
  if (fails) throw new ToolError(fails, command, null, stderr, "as the script says");
  return { command, exit, stdout: new TextEncoder().encode(stdout), stderr };
}

export const textOf = (input: string | Uint8Array): string =>
  typeof input === "string" ? input : new TextDecoder().decode(input);
