// ip-masq-agent explain ADDRESS|CIDR…: what happens to packets to an address, or to the parts of a CIDR, and why.
import { describeBadAddress } from "../config/index.ts";
import { formatRange, parseAddresses } from "../core/index.ts";
import { type Explanation, explainBy, type Part } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type Io, printData } from "./io.ts";
import { decisionData, paintVerdict, readGivenOutcomes, reasonOf, verdictWidth } from "./outcomes.ts";
import { agentData } from "./running-agent.ts";
import type { Settings } from "./settings.ts";

/** How many parts of one CIDR text output shows; the others are counted. */
const MAX_SHOWN = 100;

/** Exits with 1 if an operand is neither an address nor a CIDR. */
export async function explain(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (words.length === 0) {
    throw new UsageError("explain needs an address or a CIDR, such as: ip-masq-agent explain 10.1.2.3 10.0.0.0/8");
  }
  const { source, outputInterface } = settings.packet;
  if (source !== undefined && !parseAddresses([source]).read[0]?.ok) {
    throw new UsageError(`invalid value ${JSON.stringify(source)} for flag -source: write an address`);
  }
  const answers = explainBy(await readGivenOutcomes(settings, io), words, { source, outputInterface });
  refuseOtherFamily(answers, source);
  if (settings.json) printData(io, { ...agentData(settings), addresses: answers.map(answerData) });
  else printAnswers(answers, io);
  return answers.every(({ ok }) => ok) ? 0 : 1;
}

/** The source and the destination of a packet are of the same family. */
function refuseOtherFamily(answers: readonly Explanation[], source: string | undefined): void {
  const [read] = source === undefined ? [] : parseAddresses([source]).read;
  for (const answer of answers) {
    if (!read?.ok || !answer.ok) continue;
    const decision = answer.kind === "address" ? answer.decision : answer.parts[0]?.decision;
    if (!decision || decision.family === read.family) continue;
    throw new UsageError(`${answer.asked} and --source=${source} belong to different families`);
  }
}

function answerData(answer: Explanation): object {
  if (!answer.ok) return { address: answer.asked, error: describeBadAddress(answer.asked) };
  if (answer.kind === "address") return { address: answer.asked, ...decisionData(answer.decision) };
  return {
    cidr: answer.asked,
    parts: answer.parts.map((part) => ({ range: rangeOf(part), ...decisionData(part.decision) })),
  };
}

const rangeOf = ({ first, last, decision }: Part) => formatRange(decision.family, first, last);

function printAnswers(answers: readonly Explanation[], io: Io): void {
  const rows = answers.flatMap((answer) => {
    if (!answer.ok) return [];
    if (answer.kind === "address") return [{ name: answer.asked, decision: answer.decision }];
    const [only, more] = answer.parts;
    if (only && !more) return [{ name: answer.asked, decision: only.decision }];
    const parts = answer.parts
      .slice(0, MAX_SHOWN)
      .map((part) => ({ name: `  ${rangeOf(part)}`, decision: part.decision }));
    const left = answer.parts.length - parts.length;
    return [{ name: answer.asked }, ...parts, ...(left > 0 ? [{ name: `  … and ${left} more parts` }] : [])];
  });
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const wide = verdictWidth(rows.flatMap((row) => ("decision" in row ? [row.decision] : [])));
  for (const row of rows) {
    if (!("decision" in row)) io.print(row.name);
    else io.print(`${row.name.padEnd(width)}  ${paintVerdict(row.decision, io, wide)}  ${reasonOf(row.decision)}`);
  }
  for (const { ok, asked } of answers) if (!ok) io.warn(describeBadAddress(asked));
}
