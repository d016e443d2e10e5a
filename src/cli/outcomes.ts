// The outcomes that a command judges addresses by, and how a decision is printed.
import { statSync } from "node:fs";
import { readSources } from "../agent/index.ts";
import { DIAGNOSTICS_SHOWN, isPlainList, type ParsedList, parseList, printableName } from "../config/index.ts";
import {
  type Decision,
  formatAddressRange,
  formatConditions,
  formatVerdict,
  type Known,
  type Outcomes,
  outcomesOf,
  outcomesOfList,
  type PolicyRule,
} from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { nameOf, readInput } from "./input.ts";
import type { Io } from "./io.ts";
import { readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { refuse } from "./valid-config.ts";

/** The outcomes of the config that the settings name. */
export async function readOutcomes(settings: Settings, io: Io): Promise<Outcomes> {
  const { policy } = await readPolicy(settings, io);
  return outcomesOf(policy);
}

/**
 * The outcomes of the config, or of the plain list that replaces it (`--cidrs`, `-` for standard input). Throws
 * {@link UsageError}, {@link InvalidConfigError} or {@link InputError}.
 */
export async function readGivenOutcomes(settings: Settings, io: Io): Promise<Outcomes> {
  const { cidrs } = settings.flows;
  if (cidrs === undefined) return readOutcomes(settings, io);
  if (settings.configGiven) throw new UsageError("--cidrs replaces --config: give one of them");
  return listOutcomes(readInput(cidrs), nameOf(cidrs), settings, io);
}

/** The files that {@link readGivenOutcomes} reads. */
export const givenFiles = ({ flows, paths }: Settings): readonly string[] =>
  flows.cidrs === undefined ? paths : [flows.cidrs];

/**
 * The outcomes of a file that is a config or a plain list, of a folder with the files of a config, or of standard input for
 * `-`. A file is read only once, because it may be a pipe. Throws as {@link readGivenOutcomes}.
 */
export async function readFileOutcomes(file: string, settings: Settings, io: Io): Promise<Outcomes> {
  const name = nameOf(file);
  const isFolder = file !== "-" && statSync(file, { throwIfNoEntry: false })?.isDirectory();
  const sources = isFolder ? readSources([file]) : [{ file: name, bytes: readInput(file) }];
  const [first] = sources;
  if (first && !isFolder && isPlainList(first.bytes)) return listOutcomes(first.bytes, name, settings, io);
  // A plain list does not need the parser of configs.
  const { parsePolicy } = await import("./parsed-policy.ts");
  return outcomesOf(parsePolicy(sources, name, settings, io).policy);
}

/** Reads a plain list. Text output limits the number of diagnostics; JSON has all of them. */
export function readList(bytes: Uint8Array, file: string, ipv6: boolean, { json }: Settings): ParsedList {
  return parseList(bytes, { file, ipv6, ...(json ? {} : { most: DIAGNOSTICS_SHOWN }) });
}

function listOutcomes(bytes: Uint8Array, file: string, settings: Settings, io: Io): Outcomes {
  const { ipv6 } = settings.config;
  const { list, diagnostics, text, more } = readList(bytes, file, ipv6, settings);
  if (!list) return refuse({ diagnostics, texts: text(), more }, `the list ${file} is invalid`, settings, io);
  return outcomesOfList(list, file, ipv6 ? ["ipv4", "ipv6"] : ["ipv4"]);
}

/** What is known about the packets of lines besides the destination. Whether a line has a source depends on its format. */
export function knownOf({ packet }: Settings): Known {
  return { source: true, outputInterface: packet.outputInterface };
}

/** A decision as data, without the address. */
export function decisionData({ family, verdict, managed, rule, dependsOn, outside }: Decision): object {
  const decidedBy = rule && { cidr: rule.prefix.network, reason: rule.reason, ...rule.origin };
  return {
    family,
    verdict: verdict.kind,
    ...(verdict.kind === "snat" ? { to: formatAddressRange(verdict.to) } : {}),
    managed,
    decidedBy: decidedBy ?? null,
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
    ...(outside === undefined ? {} : { outside }),
  };
}

/** The reason for a decision: the rule and where it comes from, and what the decision depends on. */
export function reasonOf({ rule, managed, dependsOn, outside }: Decision): string {
  if (!managed) return "IPv6 is not enabled: the agent has no rules for it";
  switch (outside) {
    case "source":
      return "its source is not in sourceCIDRs";
    case "outputInterface":
      return "its interface is not in outputInterfaces";
    case undefined:
      return `${rule ? nameOfRule(rule) : "no entry contains it"}${formatConditions(dependsOn)}`;
  }
}

const nameOfRule = (rule: PolicyRule): string => `${rule.prefix.network}  ${placeOf(rule)}`;

/** Where a rule comes from. */
function placeOf({ prefix: { family }, reason, origin }: PolicyRule): string {
  switch (reason) {
    case "link-local":
      return `link-local (${family === "ipv4" ? "masqLinkLocal" : "masqLinkLocalIPv6"}: false)`;
    case "default":
      return "default list";
    case "config":
      return origin ? `${printableName(origin.file)}:${origin.line}:${origin.column}` : "";
  }
}

/** Where a decision comes from: the place of its rule, or why there is none. */
export const originOf = (decision: Decision): string =>
  decision.rule && decision.managed && decision.outside === undefined
    ? placeOf(decision.rule)
    : reasonOf({ ...decision, dependsOn: [] });

/** The width of the longest verdict without addresses. */
const VERDICT_WIDTH = 10;

/** The width of the longest of these verdicts. */
export function verdictWidth(decisions: readonly Decision[]): number {
  return Math.max(VERDICT_WIDTH, ...decisions.map(({ verdict }) => formatVerdict(verdict).length));
}

/** The verdict in its colour, padded to `width`. */
export function paintVerdict({ verdict }: Decision, { color }: Io, width = VERDICT_WIDTH): string {
  const text = formatVerdict(verdict).padEnd(width);
  switch (verdict.kind) {
    case "keep":
      return color.green(text);
    case "masquerade":
      return color.yellow(text);
    case "snat":
      return color.cyan(text);
  }
}
