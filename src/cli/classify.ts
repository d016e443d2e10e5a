// ip-masq-agent classify [FILE]: the verdict for every line of a log, a flow table or a list of addresses.
import { printableJson } from "../config/index.ts";
import { type LineBatch, LineReader } from "../core/index.ts";
import { type Decision, type Judge, judgeOf, VERDICT_KINDS, type Verdict } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type FlowTotals, readFlows, writeOut } from "./flows.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printJson } from "./io.ts";
import { decisionData, knownOf, paintVerdict, readListOutcomes, readOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Columns for an address: as wide as IPv4 ones get, and IPv6 ones. */
const WIDTH = 15;
const WIDE = 39;

/** Makes text of a batch that `before` lines stood before. */
type Format = (batch: LineBatch, before: number) => string;

/** Exit 0, whatever the lines hold. */
export async function classify(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const { cidrs, only, summary, place, source } = settings.flows;
  if (cidrs !== undefined && settings.configGiven)
    throw new UsageError("--cidrs takes the place of --config: give one");
  if (only !== undefined && summary) throw new UsageError("--only prints lines, --summary counts: give one");
  if (only !== undefined && settings.json) throw new UsageError("--only prints lines as they are, not as data");
  readStdinOnce(...(cidrs === undefined ? settings.paths : [cidrs]), words[0] ?? "-");
  const outcomes = cidrs === undefined ? readOutcomes(settings, io) : readListOutcomes(cidrs, settings, io);
  const judge = judgeOf(outcomes, knownOf(settings));
  const places = { place, ...(source === undefined ? {} : { source }) };
  if (only !== undefined) {
    const reader = new LineReader([judge.table], { ...places, wanted: judge.having(only) });
    readFlows(words, reader, io, {
      ...{ place, prints: true },
      batch: () => {},
      chunkDone: () => writeOut(reader.copied()),
    });
    return 0;
  }
  const reader = new LineReader([judge.table], places);
  if (summary) {
    const counts = new Float64Array(judge.length);
    const totals = readFlows(words, reader, io, {
      ...{ place, prints: false },
      batch: ({ indexes: [indexes] }) => count(indexes, counts),
    });
    printSummary(judge, counts, totals, settings, io);
  } else {
    const format = settings.json ? dataLines(judge, io) : textLines(judge, io);
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
function textLines(judge: Judge, io: Io): Format {
  let width = WIDTH;
  const end = remembered((index) => {
    const decision = judge.decision(index);
    return `  ${paintVerdict(decision, io)}  ${reasonOf(decision)}\n`;
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

/**
 * A JSON object for every line, as `explain` has them in its list; in YAML, where it is one too, an item of a list. No
 * address needs to be escaped.
 */
function dataLines(judge: Judge, { format }: Io): Format {
  const item = format === "yaml" ? "- " : "";
  const end = remembered(
    (index) => `",${printableJson(JSON.stringify(decisionData(judge.decision(index)))).slice(1)}\n`,
  );
  return ({ count, indexes: [indexes], address }, before) => {
    let text = "";
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      text += `${item}{"line":${before + i + 1},`;
      text += index < 0 ? '"error":"no address"}\n' : `"address":"${address(i)}${end(index)}`;
    }
    return text;
  };
}

function printSummary(judge: Judge, counts: Float64Array, totals: FlowTotals, { json }: Settings, io: Io): void {
  const hit = [...counts.keys()].filter((index) => counts[index] !== 0);
  const rows = hit.map((index) => ({ lines: counts[index] ?? 0, decision: judge.decision(index) }));
  const sum = (kind: Verdict["kind"]) =>
    rows.reduce((all, { lines, decision }) => all + (decision.verdict.kind === kind ? lines : 0), 0);
  const depend = rows.reduce((all, { lines, decision }) => all + (decision.dependsOn.length > 0 ? lines : 0), 0);
  const sums = Object.fromEntries(VERDICT_KINDS.map((kind) => [kind, sum(kind)] as const));
  const { withoutAddress } = totals;
  if (json) {
    const outcomes = rows.map(({ lines, decision }) => ({ lines, ...decisionData(decision) }));
    printJson(io, { lines: totals.lines, ...sums, depend, withoutAddress, outcomes });
    return;
  }
  const width = String(totals.lines).length;
  // Two rows of the same words, one of each family, would say nothing.
  const isRest = ({ rule, managed }: Decision) => managed && !rule;
  const both = rows.filter(({ decision }) => isRest(decision)).length > 1;
  for (const { lines, decision } of rows) {
    const family = both && isRest(decision) ? ` (${decision.family === "ipv4" ? "IPv4" : "IPv6"})` : "";
    io.print(`${String(lines).padStart(width)}  ${paintVerdict(decision, io)}  ${reasonOf(decision)}${family}`);
  }
  const lines = `${totals.lines} line${totals.lines === 1 ? "" : "s"}`;
  // A verdict that the config does not have is left out.
  const kinds = VERDICT_KINDS.filter((kind) => kind !== "snat" || sums[kind] !== 0).map(
    (kind) => `${sums[kind]} ${kind}`,
  );
  const unsure = depend > 0 ? [`${depend} of these depend on what the lines do not say`] : [];
  io.print(`${lines}: ${[...kinds, ...unsure, `${withoutAddress} without an address`].join(", ")}`);
}
