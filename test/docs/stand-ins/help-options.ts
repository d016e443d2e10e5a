// The options of kubectl and helm, read from the help of the real programs.
import type { MANIFEST_TOOLS } from "../../../scripts/manifests.mjs";
import { tool } from "../../deploy/objects.ts";
import type { Options } from "../call.ts";

/** `    -n, --namespace='':` of kubectl, and `  -n, --namespace string   namespace scope` of helm. */
const OPTION = /^ +(?:-(\w), )?--([\w-]+)(?:=(.*):$| (\S+))?/gm;

/** kubectl's options for every command, which the help of one does not list. */
let common: string | undefined;
const known = new Map<string, Options>();

/** The options of a command (`rollout status`), including those that every command takes. */
export function helpOptions(program: keyof typeof MANIFEST_TOOLS, command: string): Options {
  const key = `${program} ${command}`;
  const options = known.get(key) ?? readOptions(program, command.split(" "));
  known.set(key, options);
  return options;
}

function readOptions(program: keyof typeof MANIFEST_TOOLS, command: readonly string[]): Options {
  if (program === "kubectl") common ??= tool(program, "options");
  const help = tool(program, ...command, "--help") + (program === "kubectl" ? common : "");
  const options = new Map<string, boolean>();
  for (const [, short, name = "", initial, type] of help.matchAll(OPTION)) {
    const takesValue = program === "kubectl" ? !/^(true|false)$/.test(initial ?? "") : type !== undefined;
    options.set(name, takesValue);
    if (short) options.set(short, takesValue);
  }
  return options;
}
