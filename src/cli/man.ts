// The man page, of the same tables as the help.
import { version as VERSION } from "../../package.json";
import { COMMANDS } from "./commands.ts";
import { FLAGS, type Flag } from "./flags.ts";

/** Text for roff: nothing in it may be a request or an escape, and a dash is a minus sign (man-pages(7), groff_char(7)). */
function roff(text: string): string {
  const unicode = (char: string) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1")
    .replace(/[^ -~\n]/gu, unicode);
}

const bold = (text: string) => `\\fB${roff(text)}\\fR`;
const italic = (text: string) => `\\fI${roff(text)}\\fR`;

function flagLines(group: Flag["group"]): string[] {
  return Object.entries(FLAGS)
    .filter(([, flag]) => flag.group === group)
    .flatMap(([name, { value, fallback, summary, commands }]) => {
      const shown = fallback === "" || (value === "" && fallback === "false") ? "" : ` (default ${fallback})`;
      const where = commands ? ` For ${commands.join(", ")}.` : "";
      return [".TP", `${bold(`--${name}`)}${value ? `=${italic(value)}` : ""}`, roff(`${summary}${shown}.${where}`)];
    });
}

/** The page in roff, for man(1). */
export function manPage(): string {
  const lines = [
    `.TH IP\\-MASQ\\-AGENT 8 "" "ip\\-masq\\-agent ${roff(VERSION)}" "System administration"`,
    ".SH NAME",
    "ip\\-masq\\-agent \\- keeps a node's IP masquerade rules",
    ".SH SYNOPSIS",
    `${bold("ip-masq-agent")} [${italic("COMMAND")}] [${italic("FLAGS")}]`,
    ".SH DESCRIPTION",
    roff(
      "Packets to the config's CIDRs keep the pod's address, all others that leave the cluster get the node's. Without a command it runs until it is told to stop.",
    ),
    ".SH COMMANDS",
    ...Object.entries(COMMANDS).flatMap(([name, { operands, summary, details, exits }]) => [
      ".TP",
      `${bold(name)}${operands ? ` ${italic(operands)}` : ""}`,
      roff(`${summary}.`),
      ...details.flatMap((detail) => [".IP", roff(detail)]),
      ".IP",
      roff(`Exit: ${exits}.`),
    ]),
    ".SH FLAGS",
    roff("One dash or two, --flag=value or --flag value; booleans --flag or --flag=false."),
    ".SS Of the rules, taken by every command",
    ...flagLines("agent"),
    ".SS Of some commands",
    ...flagLines("ours"),
    ".SH FILES",
    ".TP",
    italic("/etc/config/ip-masq-agent"),
    roff("The config: YAML, or JSON where it begins with {. Without it the defaults apply."),
    ".TP",
    italic("/run/xtables.lock"),
    roff("The lock that the legacy tools take to write."),
    ".SH EXAMPLES",
    ...Object.values(COMMANDS)
      .flatMap(({ examples }) => examples)
      .flatMap((example) => [".PP", ".nf", roff(example), ".fi"]),
    ".SH SEE ALSO",
    `${bold("iptables")}(8), ${bold("iptables-restore")}(8), ${bold("iptables-save")}(8)`,
  ];
  return `${lines.join("\n")}\n`;
}
