// Deletes connections that keep an old treatment: the rules then decide again at their next packet.
import { ToolError, type ToolRun } from "../host/index.ts";
import type { ComparisonOptions } from "./compare.ts";
import type { Connection } from "./connection.ts";
import { type Deletion, formatDeletion, pairDeletion, RuleDeletions, ruleDeletion } from "./deletions.ts";
import type { ConntrackHost, ReadOptions } from "./read.ts";
import type { Reset } from "./resets.ts";
import { type Survey, surveyConnections } from "./survey.ts";

export interface ResetSurvey extends Survey {
  /** How many connections were selected, and how many were deleted: some may have ended by themselves. */
  readonly due: number;
  readonly deleted: number;
  /** Why some could not be deleted; undefined if nothing failed. */
  readonly failure: string | undefined;
}

const UDP = 17;

/**
 * The cost of a command: a constant, and an amount for each connection in the table, because the kernel passes all of them to
 * the tool. The slower values of two machines.
 */
const COMMAND_MS = 1;
const CONNECTION_MS = 0.003;

/** If deletions by pair would take longer than this, deletions by rule are tried. */
const PAIRS_MS = 2_000;

/** The time for one run of the tool, well below its timeout, and for all runs together. */
const RUN_MS = 5_000;
const TOTAL_MS = 120_000;

/** The most commands that are kept in memory; there would be no time for more. */
const MAX_COMMANDS = 50_000;

/** The first version of the tool that reads commands from a file, with -R. */
const BATCHES_SINCE = [1, 4, 7] as const;

/** How many tools run concurrently if each runs one command. */
const PARALLEL = 2;

/**
 * Compares two policies as {@link surveyConnections} does, and deletes the connections that keep the treatment of the old one:
 * never one that both policies treat the same way, that is already treated as the new one says, or that is in another zone. A
 * failed deletion is reported in the result.
 *
 * Throws {@link ConntrackError} if the connections cannot be read.
 */
export async function resetConnections(
  host: ConntrackHost,
  options: Omit<ComparisonOptions, "own" | "each">,
  reset: Reset,
  reading?: ReadOptions,
): Promise<ResetSurvey> {
  const isDue = ({ protocol }: Connection) => reset === "all" || (reset === "udp" && protocol === UDP);
  const pairs = new Set<string>();
  const rules = new Map<string, Deletion>();
  let due = 0;
  let overflow = 0;
  const survey = await surveyConnections(
    host,
    {
      ...options,
      each: (connection, old) => {
        if (!old || !isDue(connection)) return;
        due++;
        const pair = formatDeletion(pairDeletion(connection));
        if (pairs.size < MAX_COMMANDS) pairs.add(pair);
        else if (!pairs.has(pair)) overflow++;
        const byRule = rules.size < MAX_COMMANDS ? ruleDeletion(connection, old) : undefined;
        if (byRule) rules.set(formatDeletion(byRule), byRule);
      },
    },
    reading,
  );
  if (due === 0) return { ...survey, due, deleted: 0, failure: undefined };
  const each = COMMAND_MS + CONNECTION_MS * survey.totals.connections;
  let commands: readonly string[] = [...pairs];
  if (pairs.size * each > PAIRS_MS && rules.size < pairs.size) {
    const byRule = new RuleDeletions([...rules.values()]);
    const sortOut = (connection: Connection, old: Parameters<typeof ruleDeletion>[1] | undefined) => {
      if (old && isDue(connection)) byRule.going(connection, ruleDeletion(connection, old));
      else byRule.staying(connection);
    };
    const again = await surveyConnections(host, { ...options, each: sortOut }, reading);
    // Otherwise a deletion by rule might match connections that were not read.
    if (!again.totals.truncated) commands = byRule.list();
  }
  const { deleted, failure } = await runDeletions(host, commands, each);
  const tooMany = overflow > 0 ? `too many connections: ${overflow} are skipped` : undefined;
  return { ...survey, due, deleted, failure: failure ?? tooMany };
}

/** Runs as many deletions as there is time for. */
async function runDeletions(
  host: ConntrackHost,
  commands: readonly string[],
  each: number,
): Promise<{ readonly deleted: number; readonly failure: string | undefined }> {
  let deleted = 0;
  const limit = Math.max(1, Math.floor(TOTAL_MS / each));
  const left = commands.length - limit;
  try {
    const run = (await readsBatches(host)) ? inBatches(each) : oneByOne;
    await run(host, commands.slice(0, limit), (count) => {
      deleted += count;
    });
  } catch (error) {
    return { deleted, failure: (error as Error).message };
  }
  const failure = `it would take longer than ${TOTAL_MS / 1000} s: ${left} of ${commands.length} commands are skipped`;
  return { deleted, failure: left > 0 ? failure : undefined };
}

type Run = (host: ConntrackHost, commands: readonly string[], deleted: (count: number) => void) => Promise<void>;

/** Passes many commands to one run of the tool, which executes them in order and prints what it has deleted. */
const inBatches =
  (each: number): Run =>
  async ({ run }, commands, deleted) => {
    const size = Math.max(1, Math.floor(RUN_MS / each));
    for (let at = 0; at < commands.length; at += size) {
      const input = commands.slice(at, at + size).map((command) => `${command}\n`);
      const ended = await run("conntrack", ["-R", "-"], { input: input.join(""), reopens: true });
      deleted(countLines(ended));
      if (ended.exit !== 0) throw failed(ended);
    }
  };

const oneByOne: Run = async ({ run }, commands, deleted) => {
  for (let at = 0; at < commands.length; at += PARALLEL) {
    const some = commands.slice(at, at + PARALLEL);
    const ends = await Promise.all(some.map((command) => run("conntrack", command.split(" "))));
    for (const ended of ends) {
      deleted(countLines(ended));
      // It exits with 1 if there was nothing to delete.
      if (ended.exit !== 0 && !/\b0 flow entries have been deleted/.test(ended.stderr)) throw failed(ended);
    }
  }
};

const failed = ({ command, exit, stderr }: ToolRun) => new ToolError("failed", command, exit, stderr, `exit ${exit}`);

const countLines = ({ stdout }: ToolRun): number => stdout.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);

async function readsBatches({ run }: ConntrackHost): Promise<boolean> {
  const { stdout } = await run("conntrack", ["--version"]);
  const version = /v(\d+)\.(\d+)\.(\d+)/.exec(new TextDecoder().decode(stdout))?.slice(1).map(Number) ?? [];
  for (const [i, since] of BATCHES_SINCE.entries()) {
    const part = version[i] ?? 0;
    if (part !== since) return part > since;
  }
  return true;
}
