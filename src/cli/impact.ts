// ip-masq-agent impact --from OLD --to NEW [FILE]: which flows a change of the config would treat in another way.
import { type LineBatch, LineReader } from "../core/index.ts";
import type { Outcome, Outcomes } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { readFlows } from "./flows.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printJson } from "./io.ts";
import { outcomeData, readFileOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Lines that are shown of each change. */
const EXAMPLES = 3;

/** Lines whose verdict another entry decides, to another end. */
interface Change {
  readonly from: Outcome;
  readonly to: Outcome;
  lines: number;
  readonly examples: string[];
}

/** Exit 0, whatever would change. */
export async function impact(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const { from, to, place } = settings.flows;
  if (from === undefined || to === undefined) {
    throw new UsageError(
      "impact needs two configs, such as: ip-masq-agent impact --from=old.yaml --to=new.yaml flows.txt",
    );
  }
  readStdinOnce(from, to, words[0] ?? "-");
  const old = readFileOutcomes(from, settings, io);
  const wanted = readFileOutcomes(to, settings, io);
  const reader = new LineReader([old.prefixes, wanted.prefixes], { place });
  const changes = new Map<number, Change>();
  const batch = collect(old, wanted, changes);
  const totals = readFlows(words, reader, io, { place, prints: false, batch });
  const sorted = [...changes.values()].sort((a, b) => b.lines - a.lines);
  const changed = sorted.reduce((sum, { lines }) => sum + lines, 0);
  if (settings.json) {
    const data = sorted.map(({ from, to, lines, examples }) => {
      return { lines, from: outcomeData(from), to: outcomeData(to), examples };
    });
    printJson(io, { ...totals, changed, changes: data });
    return 0;
  }
  for (const { from, to, lines, examples } of sorted) {
    io.print(`${lines}  ${io.color.red(`- ${from.verdict}: ${reasonOf(from)}`)}`);
    const indent = " ".repeat(String(lines).length + 2);
    io.print(`${indent}${io.color.green(`+ ${to.verdict}: ${reasonOf(to)}`)}`);
    for (const line of examples) io.print(`${indent}  ${line}`);
  }
  io.print(`${changed} of ${totals.lines} lines would change their verdict`);
  return 0;
}

/** Adds the lines of a batch whose verdict changes, by the pair of their entries. */
function collect(old: Outcomes, wanted: Outcomes, changes: Map<number, Change>): (batch: LineBatch) => void {
  const oldReturns = old.having("return");
  const newReturns = wanted.having("return");
  return ({ count, indexes: [before, after], text }) => {
    for (let i = 0; i < count; i++) {
      const from = before?.[i] ?? -1;
      const to = after?.[i] ?? -1;
      if (from < 0 || oldReturns[from] === newReturns[to]) continue;
      const pair = from * newReturns.length + to;
      let change = changes.get(pair);
      if (!change) {
        change = { from: old.at(from), to: wanted.at(to), lines: 0, examples: [] };
        changes.set(pair, change);
      }
      change.lines++;
      if (change.examples.length < EXAMPLES) change.examples.push(text(i));
    }
  };
}
