// ip-masq-agent classify [FILE]: the verdict for every line of a log, a flow table or a list of addresses.
import { type LineBatch, LineReader } from "../core/index.ts";
import type { Outcomes } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type FlowTotals, readFlows, readStdinOnce, writeOut } from "./flows.ts";
import { type Io, printJson } from "./io.ts";
import { outcomeData, paintVerdict, readListOutcomes, readOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Columns for an address: as wide as IPv4 ones get. */
const WIDTH = 15;

/** Exit 0, whatever the lines hold. */
export async function classify(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const { cidrs, only, summary, place } = settings.flows;
  if (cidrs !== undefined && settings.configGiven)
    throw new UsageError("--cidrs takes the place of --config: give one");
  if (only !== undefined && summary) throw new UsageError("--only prints lines, --summary counts: give one");
  if (only !== undefined && settings.json) throw new UsageError("--only prints lines as they are, not as JSON");
  readStdinOnce(cidrs, words[0] ?? "-");
  const outcomes = cidrs === undefined ? readOutcomes(settings, io) : readListOutcomes(cidrs, settings, io);
  if (only !== undefined) {
    const reader = new LineReader([outcomes.prefixes], { place, wanted: outcomes.having(only) });
    readFlows(words, reader, io, { batch: () => {}, chunkDone: () => writeOut(reader.copied()) });
    return 0;
  }
  const reader = new LineReader([outcomes.prefixes], { place });
  if (summary) {
    const counts = new Float64Array(outcomes.prefixes.length);
    const totals = readFlows(words, reader, io, { batch: ({ indexes: [indexes] }) => count(indexes, counts) });
    printSummary(outcomes, counts, totals, settings, io);
  } else {
    const format = settings.json ? jsonLines(outcomes) : textLines(outcomes, io);
    const encoder = new TextEncoder();
    readFlows(words, reader, io, { batch: (batch) => writeOut(encoder.encode(format(batch))) });
  }
  return 0;
}

function count(indexes: Int32Array | undefined, counts: Float64Array): void {
  for (const index of indexes ?? []) if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
}

/** Makes text of a batch: for each line with an address what stands before it, the address, and what follows. */
function eachAddress(before: string, width: number, after: (index: number) => string): (batch: LineBatch) => string {
  // The same few outcomes come again and again.
  const known = new Map<number, string>();
  return ({ count, indexes: [indexes], address }) => {
    let text = "";
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      if (index < 0) continue;
      let end = known.get(index);
      if (end === undefined) {
        end = `${after(index)}\n`;
        known.set(index, end);
      }
      text += before + address(i).padEnd(width) + end;
    }
    return text;
  };
}

function textLines(outcomes: Outcomes, io: Io) {
  return eachAddress("", WIDTH, (index) => {
    const outcome = outcomes.at(index);
    return `  ${paintVerdict(outcome, io)}  ${reasonOf(outcome)}`;
  });
}

/** One JSON object a line, as `explain` has them in its list. No address needs to be escaped. */
function jsonLines(outcomes: Outcomes) {
  return eachAddress('{"address":"', 0, (index) => `",${JSON.stringify(outcomeData(outcomes.at(index))).slice(1)}`);
}

function printSummary(outcomes: Outcomes, counts: Float64Array, totals: FlowTotals, { json }: Settings, io: Io): void {
  const hit = [...counts.keys()].filter((index) => counts[index] !== 0);
  const rows = hit.map((index) => ({ lines: counts[index] ?? 0, outcome: outcomes.at(index) }));
  const sum = (verdict: string) =>
    rows.reduce((all, { lines, outcome }) => all + (outcome.verdict === verdict ? lines : 0), 0);
  const sums = { return: sum("return"), masquerade: sum("masquerade"), withoutAddress: totals.withoutAddress };
  if (json) {
    const data = rows.map(({ lines, outcome }) => ({ lines, ...outcomeData(outcome) }));
    printJson(io, { lines: totals.lines, ...sums, outcomes: data });
    return;
  }
  const width = String(totals.lines).length;
  for (const { lines, outcome } of rows) {
    io.print(`${String(lines).padStart(width)}  ${paintVerdict(outcome, io)}  ${reasonOf(outcome)}`);
  }
  const lines = `${totals.lines} line${totals.lines === 1 ? "" : "s"}`;
  io.print(`${lines}: ${sums.return} return, ${sums.masquerade} masquerade, ${sums.withoutAddress} without an address`);
}
