// The table of flags, and a parser that reads them as Go's flag package does.
import { AUTO, BACKENDS } from "../backends/index.ts";
import { suggest } from "../config/index.ts";
import { reportedAs, USAGE } from "../errors/index.ts";

/** A command line that makes no sense. */
export class UsageError extends reportedAs(USAGE, 2) {}

export interface Flag {
  readonly type: "bool" | "string";
  readonly fallback: string;
  /** Placeholder for the value in help, or `a|b` for a choice; empty for a bool. */
  readonly value: string;
  readonly summary: string;
  /** The short form, one letter. */
  readonly short?: string;
  /** `agent`: a flag of the established agent; every command accepts it, so that the agent's arguments can be pasted anywhere. */
  readonly group: "agent" | "ours" | "klog";
  /** Whether it may be given more than once, so that all values count. */
  readonly repeats?: boolean;
  /** Ours only: the commands that take it. */
  readonly commands?: readonly string[];
  /** If its meaning differs between commands: one flag for each meaning. */
  readonly meanings?: readonly Flag[];
}

const agent = (type: Flag["type"], fallback: string, value: string, summary: string): Flag => {
  return { type, fallback, value, summary, group: "agent" };
};
const ours = (type: Flag["type"], fallback: string, value: string, commands: string[], summary: string): Flag => {
  return { type, fallback, value, summary, group: "ours", commands };
};
const repeated = (flag: Flag): Flag => ({ ...flag, repeats: true });
const short = (letter: string, { meanings = [], ...flag }: Flag): Flag => {
  return { ...flag, short: letter, meanings: meanings.map((meant) => ({ ...meant, short: letter })) };
};
/** One name for flags of several commands. */
const byCommand = (...meanings: readonly [Flag, ...Flag[]]): Flag => {
  return { ...meanings[0], commands: meanings.flatMap(({ commands = [] }) => commands), meanings };
};
const klog = (type: Flag["type"]): Flag => {
  return { type, fallback: "", value: "", summary: "accepted and ignored", group: "klog" };
};

/** Commands that read lines with addresses. */
const FLOWS = ["classify", "impact"];
/** Commands that work with the rules of a node: those that choose a backend, and cleanup, which removes the rules of all. */
const CHOOSING = ["run", "apply", "plan", "status", "doctor"];
const KERNEL = [...CHOOSING, "cleanup"];
/** Commands whose text output has colours. */
const COLORED = ["apply", "plan", "check", "explain", "classify", "impact", "status", "doctor", "cleanup"];
/** Commands that print text or data; check has one more format. */
const WITH_OUTPUT = [
  ...["apply", "plan", "explain", "classify", "impact", "status", "doctor", "cleanup", "render", "optimize", "version"],
];
/** Commands that have nothing to do with rules: they accept the established agent's flags and ignore them. */
const RULELESS = ["completion", "version"];

const BACKEND_NAMES = [AUTO, ...BACKENDS.map(({ name }) => name)].join("|");

/** The value of `--to` that prints rows for databases instead of rules. */
export const TABLE = "table";

/** `a, b, or c`. */
const either = (words: readonly string[]) => `${words.slice(0, -1).join(", ")}, or ${words.at(-1)}`;

/** The backends that the preview page can show. */
const PREVIEWED_NAMES = [AUTO, "iptables", "nftables"].join("|");

/** Where the ConfigMap is mounted. */
const CONFIG_PATH = "/etc/config/ip-masq-agent";
const CIDRS_SUMMARY = "a list of CIDRs, one per line, instead of the config";
const CONFIG_SUMMARY = "the config file, or a folder with files named ip-masq*; may be repeated, lists are merged";

/** Every flag, by name. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  "masq-chain": agent("string", "IP-MASQ-AGENT", "NAME", "the chain in table nat of iptables"),
  "enable-ipv6": agent(
    "bool",
    "false",
    "",
    "maintain IPv6 rules too; without it an IPv6 CIDR in the config is an error",
  ),
  "nomasq-all-reserved-ranges": agent(
    "bool",
    "false",
    "",
    "if the config has no CIDRs: keep the pods' addresses for all reserved ranges, not only RFC 1918",
  ),
  "random-fully": agent("bool", "true", "", "choose source ports at random"),
  "to-ports": agent("string", "", "RANGES", "source ports for tcp, udp and sctp, such as 1024-29999,32768-65535"),
  v: agent("string", "0", "LEVEL", "log verbosity"),
  version: agent("bool", "false", "", "print the version and exit"),
  config: byCommand(
    repeated(ours("string", CONFIG_PATH, "FILE", ["run"], CONFIG_SUMMARY)),
    repeated(
      ours(
        "string",
        CONFIG_PATH,
        "FILE",
        ["apply", "plan", "check", "explain", "classify", "impact", "preview", "status", "doctor", "render"],
        `${CONFIG_SUMMARY}; - is standard input`,
      ),
    ),
  ),
  "discover-agent": ours(
    "bool",
    "true",
    "",
    ["plan", "explain", "impact", "preview", "status", "doctor", "cleanup"],
    "use the flags and config of the agent on this node; flags that are given override them",
  ),
  backend: byCommand(
    ours(
      "string",
      AUTO,
      BACKEND_NAMES,
      CHOOSING,
      `where to apply the policy: ${either(BACKENDS.map(({ place }) => place))}; auto: iptables, unless the node or the config needs nftables`,
    ),
    ours("string", AUTO, BACKEND_NAMES, ["cleanup"], "the backend whose rules are removed; auto: all backends"),
    ours(
      "string",
      AUTO,
      PREVIEWED_NAMES,
      ["preview"],
      "the backend whose rules are shown; auto: the one that the agent would choose on this node",
    ),
  ),
  ...Object.fromEntries(
    BACKENDS.flatMap(({ flags }) => Object.entries(flags)).map(
      ([name, { choices, value = "", fallback, summary, alsoFor }]) => [
        name,
        ours("string", fallback, choices?.join("|") ?? value, [...KERNEL, ...alsoFor], summary),
      ],
    ),
  ),
  "metrics-bind-address": ours(
    "string",
    "",
    "ADDRESS",
    ["run"],
    "serve /metrics, /healthz and /readyz at this address, such as :9410; off by default",
  ),
  "port-usage-metrics": ours(
    "string",
    "0",
    "NUMBER",
    ["run"],
    "serve metrics of the source ports in use, for this many of the busiest destinations; 0: none",
  ),
  "logging-format": ours("string", "text", "text|json", ["run"], "log format: klog's text, or JSON"),
  "reset-changed-flows": ours(
    "string",
    "none",
    "none|udp|all",
    ["run", "apply"],
    "after a change, delete the open connections that keep their old treatment: only udp, or all; the new rules then apply to their next packet",
  ),
  "cleanup-on-exit": ours("bool", "false", "", ["run"], "remove the rules on SIGTERM or SIGINT"),
  "watch-rules": ours(
    "string",
    "auto",
    "auto|true|false",
    ["run"],
    "repair other programs' changes at once, as nft monitor reports them; auto: only if its cost can be measured",
  ),
  page: ours(
    "string",
    "",
    "FILE",
    ["preview"],
    "write the page to FILE, or with - to standard output, instead of serving it",
  ),
  port: byCommand(
    ours("string", "0", "PORT", ["preview"], "serve the page on this port of 127.0.0.1; 0: any free port"),
    ours("string", "", "PORT", ["doctor"], "the destination port of the packets"),
  ),
  flow: ours("bool", "false", "", ["doctor"], "show rule by rule what happens to packets from SRC to DST"),
  protocol: ours("string", "", "NAME", ["doctor"], "the protocol of the packets, such as tcp, or its number"),
  "source-port": ours("string", "", "PORT", ["doctor"], "the source port of the packets"),
  mark: ours("string", "", "NUMBER", ["doctor"], "the mark of the packets, such as 0x4000; 0 by default"),
  family: ours("string", "all", "all|ipv4|ipv6", ["render"], "which family's rules to print"),
  strict: ours("bool", "false", "", ["check"], "treat warnings as errors"),
  rules: ours("bool", "false", "", ["plan", "status"], "also show the rules themselves"),
  "exit-code": ours("bool", "false", "", ["plan", "status", "optimize"], "exit with 2 if something would change"),
  write: ours("bool", "false", "", ["optimize"], "change FILE in place instead of printing the result"),
  cidrs: byCommand(
    ours("string", "", "FILE", ["explain", "classify"], CIDRS_SUMMARY),
    ours("string", "", "FILE", ["render"], `with --to=table: ${CIDRS_SUMMARY}`),
  ),
  only: ours("string", "", "keep|masquerade|snat", ["classify"], "print only the lines with this verdict, unchanged"),
  summary: ours("bool", "false", "", ["classify"], "count lines by the entry that decides instead of printing them"),
  from: byCommand(
    repeated(ours("string", "", "FILE", ["impact"], "the old config, its folder, or a list of CIDRs")),
    repeated(
      ours(
        "string",
        "",
        "FILE",
        ["render"],
        "with --to=table: only CIDRs whose verdict differs from this config or list",
      ),
    ),
  ),
  to: byCommand(
    repeated(ours("string", "", "FILE", ["impact"], "the new config, its folder, or a list of CIDRs")),
    ours(
      "string",
      AUTO,
      `${BACKEND_NAMES}|${TABLE}`,
      ["render"],
      `what to print: ${either([...BACKENDS.map(({ rendered }) => rendered), "a table for databases"])}; auto: for iptables, unless the config needs nftables`,
    ),
  ),
  format: ours("string", "csv", "csv|jsonl|sql", ["render"], "the format of --to=table"),
  live: ours("bool", "false", "", ["impact"], "check this node's open connections instead of lines"),
  field: ours("string", "", "NUMBER", FLOWS, "the address is in this field or column of the line, from 1"),
  key: ours(
    "string",
    "",
    "NAME",
    FLOWS,
    "the address follows NAME=, is in the column NAME, or at the path NAME of a JSON object",
  ),
  "source-field": ours(
    "string",
    "",
    "NUMBER",
    FLOWS,
    "the source address is in this field or column of the line, from 1",
  ),
  "source-key": ours(
    "string",
    "",
    "NAME",
    FLOWS,
    "the source address follows NAME=, is in the column NAME, or at the path NAME",
  ),
  source: ours("string", "", "ADDRESS", ["explain"], "the source address of the packets"),
  "output-interface": ours(
    "string",
    "",
    "NAME",
    ["explain", "doctor", ...FLOWS],
    "the interface that the packets leave through",
  ),
  color: ours("string", "auto", "auto|always|never", COLORED, "when to use colour in text output; auto: on a terminal"),
  output: short(
    "o",
    byCommand(
      ours("string", "text", "text|json|yaml", WITH_OUTPUT, "the output format: text for people, or data"),
      ours(
        "string",
        "text",
        "text|json|yaml|github",
        ["check"],
        "the output format: text for people, data, or annotations for GitHub Actions",
      ),
    ),
  ),
  ...Object.fromEntries(
    ["add_dir_header", "alsologtostderr", "logtostderr", "one_output", "skip_headers", "skip_log_headers"].map(
      (name) => [name, klog("bool")],
    ),
  ),
  ...Object.fromEntries(
    ["log_backtrace_at", "log_dir", "log_file", "log_file_max_size", "stderrthreshold", "vmodule"].map((name) => [
      name,
      klog("string"),
    ]),
  ),
};

/** Long names by short form. */
export const SHORTS: ReadonlyMap<string, string> = new Map(
  Object.entries(FLAGS).flatMap(([name, flag]) => (flag.short === undefined ? [] : [[flag.short, name] as const])),
);

/** The flags that have an effect for a command, in their meaning there; without a command, those that have one anywhere. */
export function flagsOf(command?: string): readonly (readonly [string, Flag])[] {
  const does = ({ group, commands }: Flag) => {
    if (command === undefined) return group !== "klog";
    return group === "agent" ? !RULELESS.includes(command) : commands?.includes(command) === true;
  };
  return Object.entries(FLAGS).flatMap(([name, flag]) =>
    (flag.meanings ?? [flag]).filter(does).map((meant) => [name, meant] as const),
  );
}

/** Checks that a command takes a flag, and its value if the choices depend on the command. Throws {@link UsageError}. */
export function checkFor(command: string, name: string, value: string): void {
  const { commands, meanings } = FLAGS[name] ?? {};
  if (commands?.includes(command) === false) {
    throw new UsageError(`${command} does not take --${name}; these do: ${commands.join(", ")}`);
  }
  const choices = meanings?.find((meant) => meant.commands?.includes(command))?.value.split("|") ?? [];
  if (choices.length > 1 && !choices.includes(value)) {
    throw new UsageError(
      `invalid value ${JSON.stringify(value)} for flag -${name}: write one of ${choices.join(", ")}`,
    );
  }
}

export interface ParsedArgs {
  /** Values as written, by flag name; a bool is "true" or "false". Flags not given are absent. */
  readonly flags: ReadonlyMap<string, string>;
  /** All values of flags that may be repeated, in order. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
  readonly help: boolean;
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/**
 * Parses arguments as Go's flag package does: one or two dashes, `-f=v` or `-f v`, booleans only as `-f` or `-f=v`, the
 * last value of a repeated flag wins, `--` ends the flags. Unlike in Go, flags and words may be mixed. Throws
 * {@link UsageError}.
 */
export function parseFlags(argv: readonly string[]): ParsedArgs {
  const flags = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const words: string[] = [];
  let help = false;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? "";
    if (arg === "--") {
      words.push(...argv.slice(i + 1));
      break;
    }
    const [, spelt, written] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (spelt === undefined || arg === "-") words.push(arg);
    else if (spelt === "h" || spelt === "help") help = true;
    else {
      const name = SHORTS.get(spelt) ?? spelt;
      const { type, repeats } = flagNamed(name);
      const value = type === "bool" ? boolOf(name, written) : (written ?? argv[++i]);
      if (value === undefined) throw new UsageError(`flag needs an argument: -${name}`);
      flags.set(name, value);
      if (repeats) repeated.set(name, [...(repeated.get(name) ?? []), value]);
    }
  }
  return { flags, repeated, words, help };
}

function flagNamed(name: string): Flag {
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (flag) return flag;
  const meant = suggest(name, Object.keys(FLAGS));
  throw new UsageError(`flag provided but not defined: -${name}${meant ? `; did you mean --${meant}?` : ""}`);
}

function boolOf(name: string, written: string | undefined): "true" | "false" {
  if (written === undefined || TRUE.has(written)) return "true";
  if (FALSE.has(written)) return "false";
  if (name === "version" && written === "raw") return "true";
  throw new UsageError(
    `invalid boolean value ${JSON.stringify(written)} for -${name}: write --${name} or --${name}=false`,
  );
}
