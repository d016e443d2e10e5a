// What a sync would change, as a person reads it: the meaning first, then counts, and what to run next.
import { describeEffects, formatPolicyChange, type Leftover, type Transaction } from "../backends/index.ts";
import type { PolicyChange } from "../policy/index.ts";
import { formatChanges, type Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { wrap } from "./wrap.ts";

/** As wide as a terminal is at least. */
const WIDTH = 80;

/** Changes that are shown; the others are counted. --rules shows all rules. */
const SHOWN = 20;

/** Prints a sentence or more, broken into lines. */
export const printText = (text: string, io: Io): void => io.print(wrap(text, WIDTH).join("\n"));

/** What a transaction is shown with. */
export interface TransactionView {
  /** What the backend counts. */
  readonly unit: string;
  /** What other backends have left. */
  readonly leftovers: readonly Leftover[];
  readonly showsRules: boolean;
}

/** Prints what a transaction changes: what it means, how many rules that takes, and with --rules which. */
export function printTransaction(
  transaction: Transaction,
  { unit, leftovers, showsRules }: TransactionView,
  io: Io,
): void {
  const { family, changes, counts, meaning } = transaction;
  if (meaning) {
    const isReplacing = leftovers.some((leftover) => leftover.family === family);
    const effects = describeEffects(meaning(), isReplacing);
    if (effects.lead !== "") io.print(indented(effects.lead, "  "));
    for (const change of effects.changes.slice(0, SHOWN)) io.print(paint(change, io));
    const more = effects.changes.length - SHOWN;
    if (more > 0) io.print(`  … and ${more} more`);
  }
  io.print(`  ${unit}: ${counts.added} to add, ${counts.removed} to remove, ${counts.kept} to stay`);
  if (showsRules) io.print(formatChanges(changes, io));
}

/** The text in lines that begin so, the first one aside. */
function indented(text: string, indent: string, first = indent): string {
  return `${first}${wrap(text, WIDTH - indent.length).join(`\n${indent}`)}`;
}

function paint(change: PolicyChange, { color }: Io): string {
  const painted = { change: color.yellow, add: color.green, remove: color.red };
  // A range of IPv6 addresses may be wider than a line.
  const text = formatPolicyChange(change).replace(/\S{75,}/g, (word) => word.replace("-", " - "));
  return painted[change.op](indented(text, "    ", "  "));
}

/** The changes as data. */
export function effectsData({ meaning }: Transaction): object {
  return meaning ? { effects: describeEffects(meaning()).changes } : {};
}

/** Says how the changes are made. */
export function printNextStep({ agent, given }: Settings, io: Io): void {
  if (agent?.hasConfig) {
    printText(`The agent that runs here (pid ${agent.pid}) makes these changes at its next sync.`, io);
    return;
  }
  const command = ["ip-masq-agent apply", ...given.map(quoted)].join(" ");
  const sentence = `Run ${command} to apply them.`;
  io.print(sentence.length <= WIDTH ? sentence : `To apply them, run:\n  ${command}`);
}

/** A word for a shell. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** `1 entry`, `3 entries`. */
export const countEntries = (count: number): string => (count === 1 ? "1 entry" : `${count} entries`);
