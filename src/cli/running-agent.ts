// The agent that runs on this node: commands use its flags and its config, so that they speak of the rules that it keeps.
import { basename } from "node:path";
import { type ClaimedChain, claimedChains } from "../agent/index.ts";
import { BACKENDS } from "../backends/index.ts";
import { reportedAs } from "../errors/index.ts";
import { findNeighbours, type Neighbour } from "../host/index.ts";
import { checkFor, FLAGS, flagsOf, type ParsedArgs, parseFlags, UsageError } from "./flags.ts";

/** Several agents run here, and nothing says which one is meant. */
export class SeveralAgentsError extends reportedAs("several-agents") {}

/** The agents of this network namespace. */
export interface AgentsHere {
  readonly processes: readonly Pick<Neighbour, "pid" | "command" | "pathOf" | "holds">[];
  /** Chains that agents keep, those too whose process cannot be seen from here. */
  readonly claims: readonly ClaimedChain[];
}

/** Looks for them. */
export function findAgents(): AgentsHere {
  return { processes: findNeighbours(isAgent), claims: claimedChains() };
}

/** Is this the command line of an agent that keeps rules? */
export const isAgent = (command: readonly string[]): boolean => argumentsOf(command) !== undefined;

/** An agent that runs. */
export interface RunningAgent {
  readonly pid: number;
  readonly chain: string;
  readonly args: ParsedArgs;
  /** The paths of its config, as this process reaches them; empty if it was given none. */
  readonly paths: readonly string[];
}

/** What runs a script. */
const RUNTIMES = /^(node|nodejs|deno)$/;

/** The agent, the established one too, or the script that a runtime is given. */
const PROGRAM = /^ip-masq-agent(\.mjs)?$/;

/**
 * The arguments of an agent that keeps the rules, `run` or no command; undefined if the command line is that of something else.
 * The established agent's flags are among those of this one.
 */
function argumentsOf(command: readonly string[]): readonly string[] | undefined {
  const isScript = RUNTIMES.test(basename(command[0] ?? ""));
  // --allow-read=/app/ip-masq-agent.mjs is a flag of the runtime.
  const isProgram = (word: string) => !word.startsWith("-") && PROGRAM.test(basename(word));
  const at = isScript ? command.findIndex(isProgram) : 0;
  if (!PROGRAM.test(basename(command[at] ?? ""))) return undefined;
  const args = command.slice(at + 1);
  try {
    const { words, help, flags } = parseFlags(args);
    if (help || flags.has("version")) return undefined;
    return words.length === 0 || words[0] === "run" ? args : undefined;
  } catch {
    // A newer agent may have flags that are unknown here: it is one all the same, and its flags are not used.
    return args.some((word) => !word.startsWith("-") && word !== "run") ? undefined : args;
  }
}

/** An agent whose flags cannot be used, and why. */
interface UnreadAgent {
  /** The chain that it keeps; undefined if that is not known. */
  readonly chain: string | undefined;
  readonly why: string;
}

/** The agents whose flags can be read, one that holds its chain before those that wait for it; and the others. */
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
      const why = `the flags of the agent that runs here (pid ${pid}) are not used: ${error.message}`;
      unread.push({ chain: undefined, why });
    }
  }
  const agents = [...holders, ...waiting];
  // What claims a chain may be an agent whose flags are unknown.
  const unseen = unread.length > 0 ? [] : claims.filter(({ chain }) => agents.every((agent) => agent.chain !== chain));
  for (const { chain } of unseen) {
    const why = `the flags and the config of the agent that keeps chain ${chain} here are not used: its process cannot be read; run the command in its pod, or as root on the node`;
    unread.push({ chain, why });
  }
  return { agents, unread };
}

/** The paths that lead to an agent's config; none if it is the one in the usual place of this process. */
function pathsOf(args: ParsedArgs, pathOf: Neighbour["pathOf"]): readonly string[] {
  const given = args.repeated.get("config");
  if (given) return given.map(pathOf);
  const usual = FLAGS.config?.fallback ?? "";
  const path = pathOf(usual);
  return path === usual ? [] : [path];
}

/** What a call takes over from an agent. */
export interface AdoptedAgent {
  readonly pid: number;
  /** As they would be written on the command line. */
  readonly flags: readonly string[];
  /** Is the config the agent's? */
  readonly hasConfig: boolean;
}

export interface Adoption {
  readonly args: ParsedArgs;
  readonly agent: AdoptedAgent | undefined;
  /** What a person should know about agents whose flags are not used. */
  readonly unread: readonly string[];
}

/**
 * The arguments of a call with the flags and the config of the agent that runs here; what the call gives counts. `--masq-chain`
 * names the agent if there are several. Throws {@link SeveralAgentsError} if none is named.
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
      `several agents run here, with the chains ${names}: name one with --masq-chain, or give --discover-agent=false`,
    );
  }
  const told = unread.filter(({ chain }) => wanted === undefined || chain === undefined || chain === wanted);
  if (!first) return { args: own, agent: undefined, unread: told.map(({ why }) => why) };
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

/** The arguments that an agent was started with, as a call's own; its config is read by the paths that lead to it. */
export function argumentsOfAgent({ args, paths }: RunningAgent): ParsedArgs {
  if (paths.length === 0) return args;
  const flags = new Map([...args.flags, ["config", paths.at(-1) ?? ""]]);
  return { ...args, flags, repeated: new Map([...args.repeated, ["config", paths]]) };
}

/** The agent that keeps a chain here, as far as it can be seen. */
export function findKeeper(chain: string, here: AgentsHere): RunningAgent | undefined {
  return readAgents(here).agents.find((agent) => agent.chain === chain);
}

const takes = (command: string, flag: string) => flagsOf(command).some(([name]) => name === flag);

/** Flags that choose a backend or belong to one: if a call gives one of them, it takes none of them over. */
const OF_BACKENDS = new Set(["backend", ...BACKENDS.flatMap(({ flags }) => Object.keys(flags))]);

/** What cleanup is not limited by unless it is given: it removes what any backend has left, wherever the agent writes now. */
const LIMITS_OF_CLEANUP = new Set(["backend", "iptables-variant", "cni-config"]);

/** The flags of an agent that a command takes and a call does not give itself. */
function adoptable(agent: ParsedArgs, own: ParsedArgs, command: string): readonly (readonly [string, string])[] {
  const choosesBackend = [...own.flags.keys()].some((name) => OF_BACKENDS.has(name));
  return [...agent.flags].filter(([name, value]) => {
    if (own.flags.has(name) || name === "config" || name === "v" || !takes(command, name)) return false;
    if (choosesBackend && OF_BACKENDS.has(name)) return false;
    if (command === "cleanup" && LIMITS_OF_CLEANUP.has(name)) return false;
    try {
      checkFor(command, name, value);
      return true;
    } catch {
      // preview has no rules of a CNI config.
      return false;
    }
  });
}

/** What is said of an agent whose flags are used, in one line. */
export function describeAgent({ pid, flags, hasConfig }: AdoptedAgent): string {
  const what = hasConfig ? "the flags and the config" : "the flags";
  return `using ${what} of the agent that runs here (pid ${pid}): ${flags.join(" ")}`;
}

/** The same for data: nothing if there is none. */
export function agentData({ agent }: { readonly agent: AdoptedAgent | undefined }): object {
  return agent ? { agent: { pid: agent.pid, flags: agent.flags } } : {};
}
