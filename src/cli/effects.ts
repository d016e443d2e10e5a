// The text that describes what a sync would change: the meaning first, then counts, and the command to run next.
import { describeEffects, formatPolicyChange, type Leftover, type Transaction } from "../backends/index.ts";
import type { PolicyChange } from "../policy/index.ts";
import { formatChanges, type Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { wrap } from "./wrap.ts";

/** The width that any terminal has. */
const WIDTH = 80;

/** How many changes are shown; the others are counted. --rules shows all rules. */
const MAX_SHOWN = 20;

/** Prints one or more sentences, wrapped. */
export const printText = (text: string, io: Io): void => io.print(wrap(text, WIDTH).join("\n"));

/** How to show a transaction. */
export interface TransactionView {
  /** What the backend counts, such as rules. */
  readonly unit: string;
  /** What other backends have left. */
  readonly leftovers: readonly Leftover[];
  readonly showsRules: boolean;
}

/** Prints what a transaction changes: its meaning, the numbers of rules, and with --rules the rules. */
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
    for (const change of effects.changes.slice(0, MAX_SHOWN)) io.print(paint(change, io));
    const more = effects.changes.length - MAX_SHOWN;
    if (more > 0) io.print(`  … and ${more} more`);
  }
  io.print(`  ${unit}: ${counts.added} to add, ${counts.removed} to remove, ${counts.kept} to stay`);
  if (showsRules) io.print(formatChanges(changes, io));
}

/** Wraps the text and indents it; the first line may have an indent of its own. */
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

/** Prints how to apply the changes, or that the agent will. */
export function printNextStep({ agent, given }: Settings, io: Io): void {
  if (agent?.hasConfig) {
    printText(`The agent on this node (pid ${agent.pid}) makes these changes at its next sync.`, io);
    return;
  }
  const command = ["ip-masq-agent apply", ...given.map(quoted)].join(" ");
  const sentence = `Run ${command} to apply them.`;
  io.print(sentence.length <= WIDTH ? sentence : `To apply them, run:\n  ${command}`);
}

/** Quotes a word for a shell if it must be. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** `1 entry`, `3 entries`. */
export const countEntries = (count: number): string => (count === 1 ? "1 entry" : `${count} entries`);
