// ip-masq-agent classify [FILE]: the verdict for every line of a log, a flow table or a list of addresses.
import { printableJson } from "../config/index.ts";
import { type LineBatch, LineReader } from "../core/index.ts";
import type { Outcome, Outcomes } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type FlowTotals, readFlows, writeOut } from "./flows.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printJson } from "./io.ts";
import { outcomeData, paintVerdict, readListOutcomes, readOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Columns for an address: as wide as IPv4 ones get, and IPv6 ones. */
const WIDTH = 15;
const WIDE = 39;

/** Makes text of a batch that `before` lines stood before. */
type Format = (batch: LineBatch, before: number) => string;

/** Exit 0, whatever the lines hold. */
export async function classify(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const { cidrs, only, summary, place } = settings.flows;
  if (cidrs !== undefined && settings.configGiven)
    throw new UsageError("--cidrs takes the place of --config: give one");
  if (only !== undefined && summary) throw new UsageError("--only prints lines, --summary counts: give one");
  if (only !== undefined && settings.json) throw new UsageError("--only prints lines as they are, not as JSON");
  readStdinOnce(cidrs ?? settings.config.file, words[0] ?? "-");
  const outcomes = cidrs === undefined ? readOutcomes(settings, io) : readListOutcomes(cidrs, settings, io);
  if (only !== undefined) {
    const reader = new LineReader([outcomes.prefixes], { place, wanted: outcomes.having(only) });
    readFlows(words, reader, io, {
      ...{ place, prints: true },
      batch: () => {},
      chunkDone: () => writeOut(reader.copied()),
    });
    return 0;
  }
  const reader = new LineReader([outcomes.prefixes], { place });
  if (summary) {
    const counts = new Float64Array(outcomes.prefixes.length);
    const totals = readFlows(words, reader, io, {
      ...{ place, prints: false },
      batch: ({ indexes: [indexes] }) => count(indexes, counts),
    });
    printSummary(outcomes, counts, totals, settings, io);
  } else {
    const format = settings.json ? jsonLines(outcomes) : textLines(outcomes, io);
    const encoder = new TextEncoder();
    readFlows(words, reader, io, {
      ...{ place, prints: true },
      batch: (batch, before) => writeOut(encoder.encode(format(batch, before))),
    });
  }
  return 0;
}

function count(indexes: Int32Array | undefined, counts: Float64Array): void {
  for (const index of indexes ?? []) if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
}

/** What `make` makes of an outcome; the same few come again and again. */
function remembered(make: (index: number) => string): (index: number) => string {
  const known = new Map<number, string>();
  return (index) => {
    let text = known.get(index);
    if (text === undefined) {
      text = make(index);
      known.set(index, text);
    }
    return text;
  };
}

/** Lines for a person. The first address wider than an IPv4 one makes room for IPv6 from there on. */
function textLines(outcomes: Outcomes, io: Io): Format {
  let width = WIDTH;
  const end = remembered((index) => {
    const outcome = outcomes.at(index);
    return `  ${paintVerdict(outcome, io)}  ${reasonOf(outcome)}\n`;
  });
  return ({ count, indexes: [indexes], address }) => {
    let text = "";
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      if (index < 0) continue;
      const shown = address(i);
      if (shown.length > WIDTH) width = WIDE;
      text += shown.padEnd(width) + end(index);
    }
    return text;
  };
}

/** A JSON object for every line, as `explain` has them in its list. No address needs to be escaped. */
function jsonLines(outcomes: Outcomes): Format {
  const end = remembered((index) => `",${printableJson(JSON.stringify(outcomeData(outcomes.at(index)))).slice(1)}\n`);
  return ({ count, indexes: [indexes], address }, before) => {
    let text = "";
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      text += `{"line":${before + i + 1},`;
      text += index < 0 ? '"error":"no address"}\n' : `"address":"${address(i)}${end(index)}`;
    }
    return text;
  };
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
  // Two rows of the same words, one of each family, would tell nothing.
  const isRest = ({ entry, managed }: Outcome) => managed && !entry;
  const both = rows.filter(({ outcome }) => isRest(outcome)).length > 1;
  for (const { lines, outcome } of rows) {
    const family = both && isRest(outcome) ? ` (${outcome.family === "ipv4" ? "IPv4" : "IPv6"})` : "";
    io.print(`${String(lines).padStart(width)}  ${paintVerdict(outcome, io)}  ${reasonOf(outcome)}${family}`);
  }
  const lines = `${totals.lines} line${totals.lines === 1 ? "" : "s"}`;
  io.print(`${lines}: ${sums.return} return, ${sums.masquerade} masquerade, ${sums.withoutAddress} without an address`);
}
