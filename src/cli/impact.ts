// ip-masq-agent impact --from OLD --to NEW [FILE]: which flows a change to the config would treat differently.
import type { Difference } from "../archives/index.ts";
import { type Decision, formatVerdict, type Judge, judgeOf, treatmentsOf } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { readFlows } from "./flows.ts";
import { impactOnAddresses } from "./impact-addresses.ts";
import { impactLive } from "./impact-live.ts";
import { hasStdin, readStdinOnce } from "./input.ts";
import { type Io, printData } from "./io.ts";
import { decisionData, knownOf, readFileOutcomes, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

const none = new Int32Array(0);

/** Lines that the two configs treat differently, by the rules that decide. */
interface Change {
  readonly from: Decision;
  readonly to: Decision;
  readonly lines: number;
  readonly examples: readonly string[];
}

/** Exits with 0, whether or not something would change. */
export async function impact(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (settings.flows.live) return impactLive(settings, words, io);
  const { from, to } = settings.flows;
  if (settings.configGiven) throw new UsageError("impact takes --config only with --live; --from names the old config");
  if (from === undefined || to === undefined) {
    throw new UsageError(
      "impact needs two configs, such as: ip-masq-agent impact --from=old.yaml --to=new.yaml flows.txt; or --live",
    );
  }
  const hasLines = words.length > 0 || (from !== "-" && to !== "-" && hasStdin());
  readStdinOnce(from, to, ...(words.length > 0 || !hasLines ? words : ["-"]));
  // A line may contain its source; a bare address has none.
  const known = { ...knownOf(settings), source: hasLines };
  const old = judgeOf(await readFileOutcomes(from, settings, io), known);
  const wanted = judgeOf(await readFileOutcomes(to, settings, io), known);
  if (!hasLines) return impactOnAddresses(old, wanted, settings, io);
  const [oldTreatments = none, newTreatments = none] = treatmentsOf(old, wanted);
  const task = { kind: "compare", treatments: [oldTreatments, newTreatments] } as const;
  const totals = await readFlows(words, { tables: [old.table, wanted.table], task }, settings, io);
  if (!totals) return 0;
  const { lines, withoutAddress } = totals;
  if (lines === 0 && words.length === 0) {
    io.warn("standard input has no lines; to see which addresses would get a different verdict, use < /dev/null");
  }
  const sorted = totals.differences.map(changeOf(old, wanted)).sort((a, b) => b.lines - a.lines);
  const depends = ({ from, to }: Change) => from.dependsOn.length > 0 || to.dependsOn.length > 0;
  const sum = (some: readonly Change[]) => some.reduce((lines, change) => lines + change.lines, 0);
  const changed = sum(sorted.filter((change) => !depends(change)));
  const mayChange = sum(sorted.filter(depends));
  if (settings.json) {
    const data = sorted.map(({ from, to, lines, examples }) => {
      return { lines, from: decisionData(from), to: decisionData(to), examples };
    });
    printData(io, { lines, withoutAddress, changed, mayChange, changes: data });
    return 0;
  }
  for (const { from, to, lines, examples } of sorted) {
    io.print(`${lines}  ${io.color.red(`- ${formatVerdict(from.verdict)}: ${reasonOf(from)}`)}`);
    const indent = " ".repeat(String(lines).length + 2);
    io.print(`${indent}${io.color.green(`+ ${formatVerdict(to.verdict)}: ${reasonOf(to)}`)}`);
    for (const line of examples) io.print(`${indent}  ${line}`);
  }
  io.print(`${changed} of ${lines} lines would get a different verdict`);
  if (mayChange > 0) io.print(`${mayChange} more may: it depends on information that is not in the lines`);
  return 0;
}

function changeOf(old: Judge, wanted: Judge): (difference: Difference) => Change {
  return ({ pair, lines, examples }) => {
    const from = old.decision(Math.floor(pair / wanted.length));
    return { from, to: wanted.decision(pair % wanted.length), lines, examples };
  };
}
