// ip-masq-agent impact --from OLD --to NEW [FILE]: which flows a change of the config would treat in another way.
import { type LineBatch, LineReader } from "../core/index.ts";
import { type Decision, formatVerdict, type Judge, judgeOf } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { readFlows } from "./flows.ts";
import { impactLive } from "./impact-live.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printJson } from "./io.ts";
import { decisionData, knownOf, readFileOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** Lines that are shown of each change. */
const EXAMPLES = 3;

/** Lines that the two configs treat differently, by the rules that decide. */
interface Change {
  readonly from: Decision;
  readonly to: Decision;
  lines: number;
  readonly examples: string[];
}

/** Exit 0, whatever would change. */
export async function impact(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (settings.flows.live) return impactLive(settings, words, io);
  const { from, to, place, source } = settings.flows;
  if (settings.configGiven)
    throw new UsageError("--config has a meaning for impact with --live only: --from names the old config");
  if (from === undefined || to === undefined) {
    throw new UsageError(
      "impact needs two configs, such as: ip-masq-agent impact --from=old.yaml --to=new.yaml flows.txt; or --live",
    );
  }
  readStdinOnce(from, to, words[0] ?? "-");
  const old = judgeOf(readFileOutcomes(from, settings, io), knownOf(settings));
  const wanted = judgeOf(readFileOutcomes(to, settings, io), knownOf(settings));
  const reader = new LineReader([old.table, wanted.table], { place, ...(source === undefined ? {} : { source }) });
  const changes = new Map<number, Change>();
  const batch = collect(old, wanted, changes);
  const totals = readFlows(words, reader, io, { place, prints: false, batch });
  const sorted = [...changes.values()].sort((a, b) => b.lines - a.lines);
  const depends = ({ from, to }: Change) => from.dependsOn.length > 0 || to.dependsOn.length > 0;
  const sum = (some: readonly Change[]) => some.reduce((lines, change) => lines + change.lines, 0);
  const changed = sum(sorted.filter((change) => !depends(change)));
  const mayChange = sum(sorted.filter(depends));
  if (settings.json) {
    const data = sorted.map(({ from, to, lines, examples }) => {
      return { lines, from: decisionData(from), to: decisionData(to), examples };
    });
    printJson(io, { ...totals, changed, mayChange, changes: data });
    return 0;
  }
  for (const { from, to, lines, examples } of sorted) {
    io.print(`${lines}  ${io.color.red(`- ${formatVerdict(from.verdict)}: ${reasonOf(from)}`)}`);
    const indent = " ".repeat(String(lines).length + 2);
    io.print(`${indent}${io.color.green(`+ ${formatVerdict(to.verdict)}: ${reasonOf(to)}`)}`);
    for (const line of examples) io.print(`${indent}  ${line}`);
  }
  io.print(`${changed} of ${totals.lines} lines would change their verdict`);
  if (mayChange > 0) io.print(`${mayChange} more may: it depends on what the lines do not say`);
  return 0;
}

/** Adds the lines of a batch that are treated differently, by the pair of their rules. */
function collect(old: Judge, wanted: Judge, changes: Map<number, Change>): (batch: LineBatch) => void {
  const numbers = new Map<string, number>();
  const numbersOf = ({ length, treatment }: Judge) =>
    Int32Array.from({ length }, (_, index) => {
      const text = treatment(index);
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      return number;
    });
  const oldTreatments = numbersOf(old);
  const newTreatments = numbersOf(wanted);
  return ({ count, indexes: [before, after], text }) => {
    for (let i = 0; i < count; i++) {
      const from = before?.[i] ?? -1;
      const to = after?.[i] ?? -1;
      if (from < 0 || to < 0 || oldTreatments[from] === newTreatments[to]) continue;
      const pair = from * newTreatments.length + to;
      let change = changes.get(pair);
      if (!change) {
        change = { from: old.decision(from), to: wanted.decision(to), lines: 0, examples: [] };
        changes.set(pair, change);
      }
      change.lines++;
      if (change.examples.length < EXAMPLES) change.examples.push(text(i));
    }
  };
}
