// The help texts, generated from the tables of commands and flags.
import {
  DESCRIPTION,
  described,
  EXITS,
  FILES,
  FLAGS_OF_RULES,
  FLAGS_OF_SOME,
  listedFlag,
  SPELLING,
  SUMMARY,
} from "./about.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { type Flag, flagsOf } from "./flags.ts";
import { wrap } from "./wrap.ts";

/** The width that any terminal has. */
const WIDTH = 80;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  const gap = `\n${" ".repeat(width + 4)}`;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${wrap(right, WIDTH - width - 4).join(gap)}`).join("\n");
}

const paragraph = (text: string, first = "") => wrap(first + text, WIDTH).join("\n");

/** The flags of a group that the command takes; without a command, those that any command takes. */
function flagTable(title: string, group: Flag["group"], command?: string): string[] {
  const flags = flagsOf(command).filter(([, flag]) => flag.group === group);
  const rows = flags.map(([name, flag]) => [listedFlag(name, flag), described(flag)] as const);
  return rows.length > 0 ? ["", `${title}:`, table(rows)] : [];
}

/** The help of one command, or of the program. */
export function help(name?: string): string {
  const command = name === undefined ? undefined : COMMANDS[name];
  return (name && command ? ofCommand(name, command) : ofProgram()).join("\n");
}

function ofProgram(): string[] {
  const commands = Object.entries(COMMANDS).map(([name, { operands, summary }]) => {
    const words = operands.split(" ").filter((word) => !word.startsWith("--"));
    return [[name, ...words].join(" ").trimEnd(), summary] as const;
  });
  return [
    `ip-masq-agent ${SUMMARY}.`,
    "",
    paragraph(DESCRIPTION),
    "",
    "Usage: ip-masq-agent [COMMAND] [FLAGS]",
    "       ip-masq-agent COMMAND --help",
    "",
    "Commands:",
    table(commands),
    ...flagTable(FLAGS_OF_RULES, "agent"),
    ...flagTable(FLAGS_OF_SOME, "ours"),
    "",
    paragraph(SPELLING),
    "",
    "Files:",
    table(FILES),
    "",
    "Exit status (COMMAND --help has the details):",
    table(EXITS),
  ];
}

function ofCommand(name: string, { operands, summary, details, examples, exits }: Command): string[] {
  const flags = flagsOf(name).length > 0 ? ["[FLAGS]"] : [];
  return [
    paragraph(summary, `ip-masq-agent ${name}: `),
    "",
    `Usage: ip-masq-agent ${[name, operands, ...flags].filter((word) => word !== "").join(" ")}`,
    ...details.flatMap((text) => ["", paragraph(text)]),
    ...flagTable("Flags", "ours", name),
    ...flagTable(FLAGS_OF_RULES, "agent", name),
    ...(flags.length > 0 ? ["", paragraph(SPELLING)] : []),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((text) => text.replace(/^/gm, "  "))] : []),
    "",
    paragraph(`${exits}.`, "Exit: "),
  ];
}
