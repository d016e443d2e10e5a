// The man page, generated from the same tables as --help.
import { version as VERSION } from "../../package.json";
import {
  DESCRIPTION,
  described,
  ENVIRONMENT,
  EXITS,
  FILES,
  FLAGS_OF_RULES,
  FLAGS_OF_SOME,
  SPELLING,
  SUMMARY,
} from "./about.ts";
import { COMMANDS } from "./commands.ts";
import { type Flag, flagsOf } from "./flags.ts";
import { wrap } from "./wrap.ts";

/** The longest line of the source (man-pages(7)). */
const WIDTH = 79;

/** Escapes text for roff: backslashes, non-ASCII characters, and dashes as minus signs (groff_char(7)). */
function plain(text: string): string {
  const unicode = (char: string) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/[^ -~\n]/gu, unicode);
}

/** Escapes lines that roff would take for requests. */
const guard = (text: string) => text.replace(/^([.'])/gm, "\\&$1");

const roff = (text: string) => guard(wrap(plain(text), WIDTH).join("\n"));
const sentence = (text: string) => roff(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
const bold = (text: string) => `\\fB${plain(text)}\\fR`;
const italic = (text: string) => `\\fI${plain(text)}\\fR`;

/** A tagged paragraph: the tag on the left, and its text. */
const entry = (left: string, text: string) => [".TP", left, sentence(text)];

function flagEntries(group: Flag["group"]): string[] {
  return flagsOf()
    .filter(([, flag]) => flag.group === group)
    .flatMap(([name, flag]) => {
      const value = flag.value && `=${italic(flag.value)}`;
      const where = flag.commands ? `. For ${flag.commands.join(", ")}` : "";
      const letter = flag.short === undefined ? "" : `${bold(`-${flag.short}`)}, `;
      return entry(letter + bold(`--${name}`) + value, described(flag) + where);
    });
}

function commandEntries(): string[] {
  return Object.entries(COMMANDS).flatMap(([name, { operands, summary, details, exits }]) => [
    ...entry(bold(name) + (operands && ` ${italic(operands)}`), summary),
    ...details.flatMap((detail) => [".IP", roff(detail)]),
    ".IP",
    roff(`Exit: ${exits}.`),
  ]);
}

function examples(): string[] {
  const shown = Object.values(COMMANDS).filter((command) => command.examples.length > 0);
  return shown.flatMap(({ summary, examples }, i) => [
    ...(i > 0 ? [".PP"] : []),
    sentence(summary).replace(/\.$/, ":"),
    ".PP",
    ".RS 4",
    ".EX",
    ...examples.map((example) => guard(plain(example))),
    ".EE",
    ".RE",
  ]);
}

/** The page in roff, for man(1). It has no date, so that the build is reproducible. */
export function manPage(): string {
  const lines = [
    `.TH IP\\-MASQ\\-AGENT 8 "" "ip\\-masq\\-agent ${plain(VERSION)}" "System administration"`,
    // No hyphenation, no justification.
    ".nh",
    ".ad l",
    ".SH NAME",
    `ip\\-masq\\-agent \\- ${plain(SUMMARY)}`,
    ".SH SYNOPSIS",
    `${bold("ip-masq-agent")} [${italic("COMMAND")}] [${italic("FLAGS")}]`,
    ".SH DESCRIPTION",
    roff(DESCRIPTION),
    ".SH COMMANDS",
    ...commandEntries(),
    ".SH FLAGS",
    roff(SPELLING),
    `.SS ${plain(FLAGS_OF_RULES)}`,
    ...flagEntries("agent"),
    `.SS ${plain(FLAGS_OF_SOME)}`,
    ...flagEntries("ours"),
    ".SH EXIT STATUS",
    roff("The description of each command lists its exit codes. In general:"),
    ...EXITS.flatMap(([code, meaning]) => entry(bold(code), meaning)),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, what]) => entry(bold(name), what)),
    ".SH FILES",
    ...FILES.flatMap(([path, what]) => entry(italic(path), what)),
    ".SH EXAMPLES",
    ...examples(),
    ".SH SEE ALSO",
    ["iptables", "iptables-extensions", "iptables-restore", "iptables-save"]
      .map((name) => `${bold(name)}(8)`)
      .join(",\n"),
  ];
  return `${lines.join("\n")}\n`;
}
