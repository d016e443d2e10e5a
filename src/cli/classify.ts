// ip-masq-agent classify [FILE…]: the verdict for every line of logs, flow tables or lists of addresses.
import type { ArchiveTotals, LineTask } from "../archives/index.ts";
import { FAMILY_NAMES } from "../backends/index.ts";
import { printableJson } from "../config/index.ts";
import { type Decision, type Judge, judgeOf, VERDICT_KINDS, type Verdict } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { readFlows } from "./flows.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printData } from "./io.ts";
import { decisionData, givenFiles, knownOf, paintVerdict, readGivenOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Exits with 0, whatever the lines contain. */
export async function classify(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const { only, summary } = settings.flows;
  if (only !== undefined && summary) throw new UsageError("--only prints lines, --summary counts them: give one");
  if (only !== undefined && settings.json) throw new UsageError("--only prints lines as they are, not as data");
  readStdinOnce(...givenFiles(settings), ...(words.length > 0 ? words : ["-"]));
  const judge = judgeOf(await readGivenOutcomes(settings, io), knownOf(settings));
  const endOf = (index: number) => (settings.json ? dataEnd(judge, index) : textEnd(judge, index, io));
  const totals = await readFlows(words, { tables: [judge.table], task: taskOf(settings, judge), endOf }, settings, io);
  if (totals && summary) printSummary(judge, totals, settings, io);
  return 0;
}

function taskOf({ flows: { only, summary }, json, dataFormat }: Settings, judge: Judge): LineTask {
  if (only !== undefined) return { kind: "copy", wanted: judge.maskOf(only) };
  if (summary) return { kind: "count", length: judge.length };
  return { kind: "format", as: json ? dataFormat : "text" };
}

/** What follows the address in a line of text output. */
function textEnd(judge: Judge, index: number, io: Io): string {
  const decision = judge.decision(index);
  return `  ${paintVerdict(decision, io)}  ${reasonOf(decision)}\n`;
}

/** What follows the address in a JSON object: the same keys as in the list that `explain` prints. */
function dataEnd(judge: Judge, index: number): string {
  return `",${printableJson(JSON.stringify(decisionData(judge.decision(index)))).slice(1)}\n`;
}

function printSummary(judge: Judge, totals: ArchiveTotals, { json }: Settings, io: Io): void {
  const { counts = new Float64Array(0) } = totals;
  const hit = [...counts.keys()].filter((index) => counts[index] !== 0).sort((a, b) => judge.rank(a) - judge.rank(b));
  const rows = hit.map((index) => ({ lines: counts[index] ?? 0, decision: judge.decision(index) }));
  const sum = (kind: Verdict["kind"]) =>
    rows.reduce((all, { lines, decision }) => all + (decision.verdict.kind === kind ? lines : 0), 0);
  const depend = rows.reduce((all, { lines, decision }) => all + (decision.dependsOn.length > 0 ? lines : 0), 0);
  const sums = Object.fromEntries(VERDICT_KINDS.map((kind) => [kind, sum(kind)] as const));
  const { withoutAddress } = totals;
  if (json) {
    const outcomes = rows.map(({ lines, decision }) => ({ lines, ...decisionData(decision) }));
    printData(io, { lines: totals.lines, ...sums, depend, withoutAddress, outcomes });
    return;
  }
  const width = String(totals.lines).length;
  // If both families have such a row, the texts are the same: name the family.
  const isRest = ({ rule, managed }: Decision) => managed && !rule;
  const both = rows.filter(({ decision }) => isRest(decision)).length > 1;
  for (const { lines, decision } of rows) {
    const family = both && isRest(decision) ? ` (${FAMILY_NAMES[decision.family]})` : "";
    io.print(`${String(lines).padStart(width)}  ${paintVerdict(decision, io)}  ${reasonOf(decision)}${family}`);
  }
  const lines = `${totals.lines} line${totals.lines === 1 ? "" : "s"}`;
  // snat is left out if the config does not use it.
  const kinds = VERDICT_KINDS.filter((kind) => kind !== "snat" || sums[kind] !== 0).map(
    (kind) => `${sums[kind]} ${kind}`,
  );
  const unsure = depend > 0 ? [`${depend} of these depend on information that is not in the lines`] : [];
  io.print(`${lines}: ${[...kinds, ...unsure, `${withoutAddress} without an address`].join(", ")}`);
}
