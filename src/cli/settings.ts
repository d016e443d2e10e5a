// Turns flags into settings: checks every value before anything starts.
import type { LogOptions } from "../agent/index.ts";
import { AUTO, BACKENDS, type BackendChoice } from "../backends/index.ts";
import type { ReadOptions } from "../config/index.ts";
import { RESETS, type Reset } from "../conntrack/index.ts";
import { reportedAs } from "../errors/index.ts";
import type { WantedPlace } from "../flows/index.ts";
import { type Address, parseAddress } from "../host/index.ts";
import { checkChainName, type PolicyOptions, parsePorts, VERDICT_KINDS, type Verdict } from "../policy/index.ts";
import { chosenBackend } from "./backend-flags.ts";
import { FLAGS, flagsOf, type ParsedArgs, TABLE, UsageError } from "./flags.ts";
import { COLOR_MODES, type ColorMode, DATA_FORMATS, type DataFormat } from "./io.ts";
import type { AdoptedAgent } from "./running-agent.ts";
import { TABLE_FORMATS, type TableFormat } from "./table-format.ts";

/** A flag has a value that cannot be used. */
export class FlagError extends reportedAs("flag-value") {}

/** What classify and impact read, and what they judge it by. Undefined: not given. */
export interface FlowSettings {
  /** Where a line has its destination; undefined: recognized by the format of the lines. */
  readonly place: WantedPlace | undefined;
  /** Where a line has its source; undefined: recognized by the format, if it has one. */
  readonly source: WantedPlace | undefined;
  /** A plain list instead of the config. */
  readonly cidrs: string | undefined;
  readonly only: Verdict["kind"] | undefined;
  readonly summary: boolean;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** impact: judge this node's connections instead of lines. */
  readonly live: boolean;
}

/** What the flags of `doctor --flow` say about a connection. */
export interface FlowFacts {
  readonly protocol: string | undefined;
  readonly port: number | undefined;
  readonly sourcePort: number | undefined;
  readonly mark: bigint | undefined;
}

export interface Settings {
  /** The running agent whose flags are used. */
  readonly agent: AdoptedAgent | undefined;
  readonly config: ReadOptions;
  /** The files and folders of the config; `-` is standard input. */
  readonly paths: readonly string[];
  /** Whether the paths were given; otherwise they are the default. */
  readonly configGiven: boolean;
  /** check: warnings are errors. */
  readonly strict: boolean;
  readonly policy: PolicyOptions;
  /** Where the policy is applied, or what `render` prints. */
  readonly backend: BackendChoice;
  /** The value of a flag that belongs to a backend. */
  readonly backendFlag: (name: string) => string;
  readonly families: "all" | "ipv4" | "ipv6";
  /** Whether to print data, as JSON or YAML, instead of text. */
  readonly json: boolean;
  readonly dataFormat: DataFormat;
  readonly color: ColorMode;
  /** check: annotations for GitHub Actions. */
  readonly annotations: boolean;
  /** render: print a table for databases, in this format. */
  readonly isTable: boolean;
  readonly tableFormat: TableFormat;
  readonly exitCode: boolean;
  /** plan and status: show the rules themselves. */
  readonly showsRules: boolean;
  /** The flags that `apply` needs for the same result, in command-line form. */
  readonly given: readonly string[];
  /** optimize: replace the file instead of printing. */
  readonly write: boolean;
  readonly log: LogOptions;
  /** The address for metrics and health; undefined: not served. */
  readonly listen: Address | undefined;
  readonly watchRules: "auto" | "true" | "false";
  /** For how many destinations the metrics include the ports in use; 0: none. */
  readonly busiestDestinations: number;
  readonly cleanupOnExit: boolean;
  /** Which connections with an old treatment are deleted after a change. */
  readonly reset: Reset;
  /** The file that the preview page is written to; empty: the page is served. */
  readonly page: string;
  /** The port that it is served on; 0: any free port. */
  readonly port: number;
  readonly flows: FlowSettings;
  /** What is known about the packets besides their destination. */
  readonly packet: { readonly source: string | undefined; readonly outputInterface: string | undefined };
  /** doctor --flow: what is known about the connection besides its addresses; undefined without the flag. */
  readonly flow: FlowFacts | undefined;
  /** Every flag that `run` takes, with its value or default. */
  readonly effective: ReadonlyMap<string, string>;
  /** klog flags that were given and are ignored. */
  readonly ignored: readonly string[];
}

/** Checks and converts all flags. Throws {@link UsageError} or {@link FlagError}. */
export function settingsOf(
  { flags, repeated }: Pick<ParsedArgs, "flags" | "repeated">,
  agent?: AdoptedAgent | undefined,
): Settings {
  const text = (name: string) => flags.get(name) ?? FLAGS[name]?.fallback ?? "";
  const bool = (name: string) => text(name) === "true";
  const oneOf = <const T extends string>(name: string, allowed: readonly T[]): T => {
    const value = allowed.find((one) => one === text(name));
    if (value === undefined) {
      throw new UsageError(
        `invalid value ${JSON.stringify(text(name))} for flag -${name}: write one of ${allowed.join(", ")}`,
      );
    }
    return value;
  };

  if (!/^[-+]?\d+$/.test(text("v"))) {
    throw new UsageError(`invalid value ${JSON.stringify(text("v"))} for flag -v: write a number`);
  }
  const chain = text("masq-chain");
  const badChain = checkChainName(chain);
  if (badChain) throw new FlagError(`Invalid --masq-chain flag ${JSON.stringify(chain)}: ${badChain}`);
  const ports = parsePorts(text("to-ports"));
  if (!ports.ok) {
    const hint = ports.hint ? `; ${ports.hint}` : "";
    throw new FlagError(`Invalid --to-ports flag ${JSON.stringify(text("to-ports"))}: ${ports.message}${hint}`);
  }
  for (const name of ["from", "to"]) {
    if ((repeated.get(name)?.length ?? 0) < 2) continue;
    throw new UsageError(`--${name} is given twice; for a config of several files, name their folder`);
  }
  const paths = repeated.get("config") ?? [text("config")];
  if (paths.includes("")) throw new FlagError('Invalid --config flag "": name a file');
  const address = text("metrics-bind-address");
  // "0" turns it off, as in other controllers' flag of this name.
  const off = address === "" || address === "0";
  const listen = off ? undefined : parseAddress(address);
  if (!off && !listen) {
    throw new FlagError(
      `Invalid --metrics-bind-address flag ${JSON.stringify(address)}: write a port or an address and a port, such as :9410 or 127.0.0.1:9410`,
    );
  }
  // doctor's flag of this name is checked in flowFacts.
  if (!bool("flow") && (!/^\d{1,5}$/.test(text("port")) || Number(text("port")) > 65535)) {
    throw new FlagError(`Invalid --port flag ${JSON.stringify(text("port"))}: write a port, or 0 for any free port`);
  }
  const output = oneOf("output", ["text", ...DATA_FORMATS, "github"]);
  if (!/^\d{1,3}$/.test(text("port-usage-metrics")) || Number(text("port-usage-metrics")) > 100) {
    throw new FlagError(
      `Invalid --port-usage-metrics flag ${JSON.stringify(text("port-usage-metrics"))}: write a number of destinations, 0 to 100`,
    );
  }
  const ipv6 = bool("enable-ipv6");
  oneOf("backend", [AUTO, ...BACKENDS.map(({ name }) => name)]);
  const backend = chosenBackend(flags);
  for (const kind of BACKENDS) {
    for (const [name, { choices, check }] of Object.entries(kind.flags)) {
      if (choices) oneOf(name, choices);
      const why = check?.(text(name));
      if (why !== undefined) throw new FlagError(`Invalid --${name} flag ${JSON.stringify(text(name))}: ${why}`);
    }
  }
  return {
    agent,
    // Linux and Windows nodes may share one config: IPv6 CIDRs are not errors for a backend without IPv6.
    config: {
      ipv6: ipv6 || (backend !== AUTO && !backend.families.includes("ipv6")),
      reservedRanges: bool("nomasq-all-reserved-ranges"),
      unsupported: backend === AUTO ? {} : backend.unsupportedKeys,
    },
    paths,
    // An agent uses the defaults if its file is missing.
    configGiven: flags.has("config") && !agent?.hasConfig,
    strict: bool("strict"),
    policy: { chain, ipv6, randomFully: bool("random-fully"), ports: ports.ranges },
    backend,
    backendFlag: text,
    families: oneOf("family", ["all", "ipv4", "ipv6"]),
    json: output === "json" || output === "yaml",
    dataFormat: output === "yaml" ? "yaml" : "json",
    color: oneOf("color", COLOR_MODES),
    annotations: output === "github",
    isTable: text("to") === TABLE,
    tableFormat: oneOf("format", TABLE_FORMATS),
    exitCode: bool("exit-code"),
    showsRules: bool("rules"),
    given: givenFor("apply", flags, repeated),
    write: bool("write"),
    log: { format: oneOf("logging-format", ["text", "json"]), verbosity: Number(text("v")) },
    listen,
    watchRules: oneOf("watch-rules", ["auto", "true", "false"]),
    busiestDestinations: Number(text("port-usage-metrics")),
    cleanupOnExit: bool("cleanup-on-exit"),
    reset: oneOf("reset-changed-flows", RESETS),
    page: text("page"),
    port: Number(text("port")),
    flows: {
      place: addressPlace(flags, "field", "key"),
      source: addressPlace(flags, "source-field", "source-key"),
      cidrs: flags.get("cidrs"),
      only: flags.has("only") ? oneOf("only", VERDICT_KINDS) : undefined,
      summary: bool("summary"),
      from: flags.get("from"),
      to: flags.get("to"),
      live: bool("live"),
    },
    packet: { source: flags.get("source"), outputInterface: flags.get("output-interface") },
    flow: bool("flow") ? flowFacts(flags) : undefined,
    effective: new Map(flagsOf("run").map(([name]) => [name, repeated.get(name)?.join(",") ?? text(name)])),
    ignored: [...flags.keys()].filter((name) => FLAGS[name]?.group === "klog"),
  };
}

/** Those of the given flags that a command takes, except flags about its output. */
function givenFor(
  command: string,
  flags: ReadonlyMap<string, string>,
  repeated: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const taken = new Set(flagsOf(command).map(([name]) => name));
  return [...flags].flatMap(([name, value]) => {
    if (!taken.has(name) || ["output", "color", "v"].includes(name)) return [];
    const isOn = FLAGS[name]?.type === "bool" && value === "true";
    return isOn ? [`--${name}`] : (repeated.get(name) ?? [value]).map((one) => `--${name}=${one}`);
  });
}

/** Checks the flags of `doctor --flow`. Throws {@link UsageError}. */
function flowFacts(flags: ReadonlyMap<string, string>): FlowFacts {
  const port = (name: string): number | undefined => {
    const text = flags.get(name);
    if (text === undefined) return undefined;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
    throw new UsageError(`invalid value ${JSON.stringify(text)} for flag -${name}: write a port, such as 443`);
  };
  const mark = flags.get("mark");
  if (mark !== undefined && !/^(0x[\da-f]{1,8}|\d{1,10})$/i.test(mark)) {
    throw new UsageError(`invalid value ${JSON.stringify(mark)} for flag -mark: write a number, such as 0x4000`);
  }
  return {
    protocol: flags.get("protocol"),
    port: port("port"),
    sourcePort: port("source-port"),
    mark: mark === undefined ? undefined : BigInt(mark),
  };
}

/** The place in a line that one of two flags gives, by field or by key; undefined if neither is given. */
function addressPlace(flags: ReadonlyMap<string, string>, fieldFlag: string, keyFlag: string): WantedPlace | undefined {
  const field = flags.get(fieldFlag);
  const key = flags.get(keyFlag);
  if (field !== undefined && key !== undefined) {
    throw new UsageError(`--${fieldFlag} and --${keyFlag} both name the place of the address: give one of them`);
  }
  if (field !== undefined && !/^[1-9]\d{0,5}$/.test(field)) {
    throw new UsageError(`invalid value ${JSON.stringify(field)} for flag -${fieldFlag}: write a number, from 1`);
  }
  if (key !== undefined && !/^[\w.-]+$/.test(key)) {
    throw new UsageError(`invalid value ${JSON.stringify(key)} for flag -${keyFlag}: write a name, such as dst`);
  }
  if (key !== undefined) return { key };
  return field === undefined ? undefined : { field: Number(field) };
}
