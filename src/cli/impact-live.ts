// ip-masq-agent impact --live: which open connections of this node a change to the config would treat differently, and
// which are not treated as the config in force says.
import {
  APART,
  type Apart,
  type Connection,
  type ConnectionChange,
  type ConntrackHost,
  factsOf,
  formatConnection,
  mayChange,
  type Survey,
  surveyConnections,
  thisConntrack,
} from "../conntrack/index.ts";
import { type Decision, formatVerdict } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type Io, printData } from "./io.ts";
import { decisionData, readFileOutcomes, readOutcomes, reasonOf } from "./outcomes.ts";
import { agentData } from "./running-agent.ts";
import type { Settings } from "./settings.ts";

/** Exits with 0, whether or not something would change. */
export async function impactLive(
  settings: Settings,
  words: readonly string[],
  io: Io,
  host: ConntrackHost = thisConntrack,
): Promise<number> {
  const { from, to, place, source } = settings.flows;
  if (words.length > 0) throw new UsageError("--live reads this node's connections and takes no FILE");
  if (place !== undefined || source !== undefined) {
    throw new UsageError("--live does not read lines: remove --field, --key and the like");
  }
  if (from !== undefined && settings.configGiven) throw new UsageError("--from and --config both name the old config");
  const before = from === undefined ? await readOutcomes(settings, io) : await readFileOutcomes(from, settings, io);
  const after = to === undefined ? before : await readFileOutcomes(to, settings, io);
  const { outputInterface } = settings.packet;
  const survey = await surveyConnections(host, { before, after, outputInterface });
  if (settings.json) printData(io, { ...agentData(settings), ...surveyData(survey) });
  else printSurvey(survey, to !== undefined, io);
  return 0;
}

const sum = (some: readonly { readonly connections: number }[]) =>
  some.reduce((total, { connections }) => total + connections, 0);

function surveyData({ totals, judged, apart, counted, changes, misplaced, old }: Survey): object {
  return {
    connections: totals.connections,
    judged,
    apart,
    unreadableLines: totals.unreadable,
    changed: sum(changes.filter((change) => !mayChange(change))),
    mayChange: sum(changes.filter(mayChange)),
    old,
    changes: changes.map(({ from, to, connections, bytes, old, examples }) => ({
      connections,
      ...(counted ? { bytes: bytes ?? 0 } : {}),
      old,
      from: decisionData(from),
      to: decisionData(to),
      examples: examples.map(connectionData),
    })),
    misplaced: misplaced.map(({ decision, connections, examples }) => ({
      connections,
      decision: decisionData(decision),
      examples: examples.map(connectionData),
    })),
  };
}

/** A connection as data; what does not apply to it is null. */
function connectionData(connection: Connection): object {
  const { redirectedTo = null, seenAs = null, ...facts } = factsOf(connection);
  const { state = null, bytes = null } = connection;
  return { family: connection.family, ...facts, redirectedTo, seenAs, state, bytes };
}

const REASONS: Readonly<Record<Apart, string>> = {
  own: "opened by the node itself",
  local: "to the node itself",
  closed: "already closed",
  zoned: "in other conntrack zones",
  unreadable: "that cannot be read",
};

function printSurvey(survey: Survey, compares: boolean, io: Io): void {
  const { judged, apart, changes, misplaced, totals } = survey;
  for (const change of changes) printChange(change, survey.counted, io);
  if (compares) {
    const changed = changes.filter((change) => !mayChange(change));
    const may = sum(changes.filter(mayChange));
    io.print(
      `${sum(changed)} of ${judged} open connections would get a different verdict${traffic(changed, survey.counted)}`,
    );
    if (may > 0) io.print(`${may} more may: it depends on the interface that they leave through (--output-interface)`);
    if (changed.length > 0)
      io.print("The kernel decides at the first packet: open connections stay as they are until they end.");
  }
  const left = sum(misplaced);
  if (left === 0 && !compares) io.print(`${judged} of ${judged} open connections are treated as the config says`);
  if (left > 0) {
    if (compares) io.print("");
    io.print(`${left} of ${judged} open connections are not treated as the ${compares ? "old " : ""}config says:`);
    for (const { decision, connections, examples } of misplaced) {
      printGroup(`${connections}  `, [verdictLine(decision)], examples, io);
    }
  }
  const set = APART.flatMap((why) => (apart[why] > 0 ? [`${apart[why]} ${REASONS[why]}`] : []));
  if (set.length > 0) io.print(`Not counted: ${set.join(", ")}`);
  if (totals.unreadable > 0) io.warn(`lines that are not a connection: ${totals.unreadable}`);
}

const verdictLine = (decision: Decision) => `${formatVerdict(decision.verdict)}: ${reasonOf(decision)}`;

function printChange({ from, to, connections, bytes, examples }: ConnectionChange, counted: boolean, io: Io): void {
  const size = counted ? ` (${formatBytes(bytes ?? 0)})` : "";
  const lines = [io.color.red(`- ${verdictLine(from)}`), io.color.green(`+ ${verdictLine(to)}${size}`)];
  printGroup(`${connections}  `, lines, examples, io);
}

function printGroup(count: string, lines: readonly string[], examples: readonly Connection[], io: Io): void {
  const indent = " ".repeat(count.length);
  for (const [i, line] of lines.entries()) io.print(`${i === 0 ? count : indent}${line}`);
  for (const connection of examples) io.print(`${indent}  ${formatConnection(connection)}`);
}

function traffic(changes: readonly ConnectionChange[], counted: boolean): string {
  return counted ? `, ${formatBytes(changes.reduce((total, { bytes = 0 }) => total + bytes, 0))} so far` : "";
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `812 B`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}
