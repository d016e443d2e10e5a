// Help, made from the tables of commands and flags.
import { COMMANDS } from "./commands.ts";
import { FLAGS, type Flag } from "./flags.ts";

const WIDTH = 100;

/** Breaks `text` so that it fits behind `indent` columns. */
function wrap(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line && indent + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${wrap(right, width + 4)}`).join("\n");
}

function flagRow([name, { value, fallback, summary }]: [string, Flag]): [string, string] {
  const shown = fallback === "" || (value === "" && fallback === "false") ? "" : ` (default ${fallback})`;
  return [`--${name}${value ? `=${value}` : ""}`, `${summary}${shown}`];
}

/** The flags a command takes, as table rows; all of ours without a command. */
function flagTable(group: Flag["group"], command?: string): string {
  const rows = Object.entries(FLAGS)
    .filter(([, flag]) => flag.group === group && (!command || !flag.commands || flag.commands.includes(command)))
    .map(flagRow);
  return rows.length > 0 ? table(rows) : "";
}

/** The help of one command, or of the program. */
export function help(name?: string): string {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (!name || !command) {
    return [
      "ip-masq-agent keeps a node's IP masquerade rules: packets to the config's CIDRs keep the pod's",
      "address, all others that leave the cluster get the node's.",
      "",
      "Usage: ip-masq-agent [COMMAND] [FLAGS]",
      "",
      "Commands:",
      table(
        Object.entries(COMMANDS).map(([key, { operands, summary }]) => [
          operands ? `${key} ${operands}` : key,
          summary,
        ]),
      ),
      "",
      "Flags:",
      flagTable("agent"),
      flagTable("ours"),
      "",
      "One dash or two, --flag=value or --flag value; booleans --flag or --flag=false.",
      "ip-masq-agent COMMAND --help tells more about a command.",
    ].join("\n");
  }
  const own = flagTable("ours", name);
  return [
    `ip-masq-agent ${name}: ${command.summary}`,
    "",
    `Usage: ip-masq-agent ${name}${command.operands ? ` ${command.operands}` : ""} [FLAGS]`,
    ...command.details.flatMap((line) => ["", wrap(line, 0)]),
    ...(own ? ["", "Flags:", own] : []),
    ...(name === "version" ? [] : ["", "Flags of the rules (every command takes them):", flagTable("agent")]),
    ...(command.examples.length > 0 ? ["", "Examples:", ...command.examples.map((line) => `  ${line}`)] : []),
    "",
    `Exit: ${command.exits}.`,
  ].join("\n");
}
