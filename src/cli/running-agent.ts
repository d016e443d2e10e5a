// The agent on this node: commands use its flags and config, so that they report on the rules that it keeps.
import { basename } from "node:path";
import { type ClaimedChain, claimedChains } from "../agent/index.ts";
import { BACKENDS } from "../backends/index.ts";
import { reportedAs } from "../errors/index.ts";
import { findNeighbours, type Neighbour } from "../host/index.ts";
import { checkFor, FLAGS, flagsOf, type ParsedArgs, parseFlags, UsageError } from "./flags.ts";

/** Several agents run on this node, and no flag chooses one. */
export class SeveralAgentsError extends reportedAs("several-agents") {}

/** The agents of this network namespace. */
export interface AgentsHere {
  readonly processes: readonly Pick<Neighbour, "pid" | "command" | "pathOf" | "holds">[];
  /** Chains that agents claim, including agents whose process is not visible to this one. */
  readonly claims: readonly ClaimedChain[];
}

/** Finds the agents of this network namespace. */
export function findAgents(): AgentsHere {
  return { processes: findNeighbours(isAgent), claims: claimedChains() };
}

/** Whether this is the command line of an agent that maintains rules. */
export const isAgent = (command: readonly string[]): boolean => argumentsOf(command) !== undefined;

/** A running agent. */
export interface RunningAgent {
  readonly pid: number;
  readonly chain: string;
  readonly args: ParsedArgs;
  /** The paths of its config as seen by this process; empty if it uses the default path. */
  readonly paths: readonly string[];
}

/** Runtimes that run a script. */
const RUNTIMES = /^(node|nodejs|deno)$/;

/** The base name of the agent, of the established one too, or of the script. */
const PROGRAM = /^ip-masq-agent(\.mjs)?$/;

/**
 * The arguments of an agent that maintains rules (`run` or no command); undefined for any other command line. The established
 * agent's flags are a subset of this one's.
 */
function argumentsOf(command: readonly string[]): readonly string[] | undefined {
  const isScript = RUNTIMES.test(basename(command[0] ?? ""));
  // A runtime's own flag may end in the name: --allow-read=/app/ip-masq-agent.mjs.
  const isProgram = (word: string) => !word.startsWith("-") && PROGRAM.test(basename(word));
  const at = isScript ? command.findIndex(isProgram) : 0;
  if (!PROGRAM.test(basename(command[at] ?? ""))) return undefined;
  const args = command.slice(at + 1);
  try {
    const { words, help, flags } = parseFlags(args);
    if (help || flags.has("version")) return undefined;
    return words.length === 0 || words[0] === "run" ? args : undefined;
  } catch {
    // A newer agent may have flags that are unknown here: it still counts as an agent, but its flags are not used.
    return args.some((word) => !word.startsWith("-") && word !== "run") ? undefined : args;
  }
}

/** An agent whose flags cannot be used, and why. */
interface UnreadAgent {
  /** The chain that it keeps; undefined if unknown. */
  readonly chain: string | undefined;
  readonly why: string;
}

/** The agents whose flags can be read, those that hold their chain before those that wait for it, and the other agents. */
function readAgents({ processes, claims }: AgentsHere): {
  readonly agents: readonly RunningAgent[];
  readonly unread: readonly UnreadAgent[];
} {
  const holders: RunningAgent[] = [];
  const waiting: RunningAgent[] = [];
  const unread: UnreadAgent[] = [];
  for (const { pid, command, pathOf, holds } of processes) {
    try {
      const args = parseFlags(argumentsOf(command) ?? []);
      const chain = args.flags.get("masq-chain") ?? FLAGS["masq-chain"]?.fallback ?? "";
      const agent = { pid, chain, args, paths: pathsOf(args, pathOf) };
      (claims.some((claim) => claim.chain === chain && holds(claim.inode)) ? holders : waiting).push(agent);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const why = `the flags of the agent on this node (pid ${pid}) are not used: ${error.message}`;
      unread.push({ chain: undefined, why });
    }
  }
  const agents = [...holders, ...waiting];
  // A claim may belong to an agent whose flags could not be read.
  const unseen = unread.length > 0 ? [] : claims.filter(({ chain }) => agents.every((agent) => agent.chain !== chain));
  for (const { chain } of unseen) {
    const why = `the flags and config of the agent that maintains chain ${chain} on this node are not used: its process cannot be read; run the command in its pod, or as root on the node`;
    unread.push({ chain, why });
  }
  return { agents, unread };
}

/** The paths of an agent's config as seen by this process; empty if it is the default path. */
function pathsOf(args: ParsedArgs, pathOf: Neighbour["pathOf"]): readonly string[] {
  const given = args.repeated.get("config");
  if (given) return given.map(pathOf);
  const usual = FLAGS.config?.fallback ?? "";
  const path = pathOf(usual);
  return path === usual ? [] : [path];
}

/** What a command adopts from an agent. */
export interface AdoptedAgent {
  readonly pid: number;
  /** In command-line form. */
  readonly flags: readonly string[];
  /** Whether the config is the agent's. */
  readonly hasConfig: boolean;
}

export interface Adoption {
  readonly args: ParsedArgs;
  readonly agent: AdoptedAgent | undefined;
  /** Messages about agents whose flags are not used. */
  readonly unread: readonly string[];
}

/**
 * A command's arguments, completed with the flags and config of the agent on this node; the command's own take precedence.
 * `--masq-chain` chooses the agent if there are several. Throws {@link SeveralAgentsError} if it is needed and missing.
 */
export function adoptAgent(own: ParsedArgs, command: string, here: AgentsHere): Adoption {
  const { agents, unread } = readAgents(here);
  const wanted = own.flags.get("masq-chain");
  const candidates = agents.filter(({ chain }) => wanted === undefined || chain === wanted);
  const [first] = candidates;
  const other = candidates.find(({ chain }) => chain !== first?.chain);
  if (first && other) {
    const names = candidates.map(({ pid, chain }) => `${chain} (pid ${pid})`).join(", ");
    throw new SeveralAgentsError(
      `several agents are running on this node, with the chains ${names}: choose one with --masq-chain, or use --discover-agent=false`,
    );
  }
  const relevant = unread.filter(({ chain }) => wanted === undefined || chain === undefined || chain === wanted);
  if (!first) return { args: own, agent: undefined, unread: relevant.map(({ why }) => why) };
  const flags = new Map(own.flags);
  const repeated = new Map(own.repeated);
  const taken: string[] = [];
  for (const [name, value] of adoptable(first.args, own, command)) {
    flags.set(name, value);
    taken.push(`--${name}=${value}`);
  }
  const takesConfig = takes(command, "config");
  const hasConfig = takesConfig && !own.flags.has("config");
  if (hasConfig && first.paths.length > 0) {
    flags.set("config", first.paths.at(-1) ?? "");
    repeated.set("config", first.paths);
  }
  if (hasConfig) taken.push(...(repeated.get("config") ?? [FLAGS.config?.fallback]).map((path) => `--config=${path}`));
  const agent = taken.length > 0 ? { pid: first.pid, flags: taken, hasConfig } : undefined;
  return { args: { ...own, flags, repeated }, agent, unread: [] };
}

/** The arguments that an agent was started with; the paths of its config are as seen by this process. */
export function argumentsOfAgent({ args, paths }: RunningAgent): ParsedArgs {
  if (paths.length === 0) return args;
  const flags = new Map([...args.flags, ["config", paths.at(-1) ?? ""]]);
  return { ...args, flags, repeated: new Map([...args.repeated, ["config", paths]]) };
}

/** The agent on this node that keeps a chain; undefined if there is none or it is not visible. */
export function findKeeper(chain: string, here: AgentsHere): RunningAgent | undefined {
  return readAgents(here).agents.find((agent) => agent.chain === chain);
}

const takes = (command: string, flag: string) => flagsOf(command).some(([name]) => name === flag);

/** Flags that choose a backend or belong to one: a command that is given one of them adopts none of them. */
const BACKEND_FLAGS = new Set(["backend", ...BACKENDS.flatMap(({ flags }) => Object.keys(flags))]);

/** Flags that cleanup does not adopt: it removes the rules of every backend, not only of the agent's. */
const NOT_FOR_CLEANUP = new Set(["backend", "iptables-variant", "cni-config"]);

/** The flags of an agent that a command takes and that it is not given itself. */
function adoptable(agent: ParsedArgs, own: ParsedArgs, command: string): readonly (readonly [string, string])[] {
  const choosesBackend = [...own.flags.keys()].some((name) => BACKEND_FLAGS.has(name));
  return [...agent.flags].filter(([name, value]) => {
    if (own.flags.has(name) || name === "config" || name === "v" || !takes(command, name)) return false;
    if (choosesBackend && BACKEND_FLAGS.has(name)) return false;
    if (command === "cleanup" && NOT_FOR_CLEANUP.has(name)) return false;
    try {
      checkFor(command, name, value);
      return true;
    } catch {
      // preview cannot show the rules of every backend.
      return false;
    }
  });
}

/** One line about an agent whose flags are used. */
export function describeAgent({ pid, flags, hasConfig }: AdoptedAgent): string {
  const what = hasConfig ? "the flags and config" : "the flags";
  return `using ${what} of the agent on this node (pid ${pid}): ${flags.join(" ")}`;
}

/** The same as data; empty without an agent. */
export function agentData({ agent }: { readonly agent: AdoptedAgent | undefined }): object {
  return agent ? { agent: { pid: agent.pid, flags: agent.flags } } : {};
}
