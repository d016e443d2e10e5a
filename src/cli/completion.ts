// ip-masq-agent completion SHELL: a script that completes commands, flags and their values, from the same tables as --help.
import type { Command } from "./command.ts";
import { bashScript } from "./complete-bash.ts";
import { fishScript } from "./complete-fish.ts";
import { zshScript } from "./complete-zsh.ts";
import { type Completed, completed } from "./completed.ts";
import { UsageError } from "./flags.ts";
import type { Io } from "./io.ts";

const SCRIPTS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the script for a shell. */
export async function completion(
  commands: Readonly<Record<string, Command>>,
  words: readonly string[],
  io: Io,
): Promise<number> {
  const [shell = "", more] = words;
  if (more !== undefined) throw new UsageError(`one shell at a time: unexpected ${JSON.stringify(more)}`);
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (!script) {
    throw new UsageError(
      `completion needs a shell, one of ${Object.keys(SCRIPTS).join(", ")}, such as: ip-masq-agent completion bash`,
    );
  }
  io.write(script(Object.entries(commands).map(([name, command]) => completed(name, command))));
  return 0;
}
