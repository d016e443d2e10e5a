// ip-masq-agent plan: shows what a sync would change.

import { type Change, findLeftovers, formatLeftover } from "../backends/index.ts";
import { countEntries, effectsData, printNextStep, printTransaction } from "./effects.ts";
import { forEachFamily } from "./families.ts";
import { formatChanges, type Io, printData } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import { agentData } from "./running-agent.ts";
import type { Settings } from "./settings.ts";
import { collectWarnings } from "./warnings.ts";

/** Exits with 0, or 1 if a family cannot be read; with --exit-code, with 2 if something would change. */
export async function plan(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = await readPolicy(settings, io);
  const warnings = collectWarnings(io);
  const opened = await openBackend(settings, policy, warnings.warn);
  const { backend, reason } = opened;
  const [outcomes, leftovers] = await Promise.all([
    forEachFamily(policy, (part) => backend.plan(part)),
    findLeftovers(opened, policy, warnings.warn),
  ]);
  const failed = outcomes.some(({ error }) => error !== undefined);
  const changes =
    leftovers.length > 0 || outcomes.some((outcome) => outcome.error === undefined && outcome.value !== undefined);
  if (settings.json) {
    const families = outcomes.map((outcome) => {
      if (outcome.error !== undefined) return { family: outcome.family, ...outcome.data };
      const { family, value } = outcome;
      return {
        family,
        inSync: !value,
        changes: shownChanges(value?.changes ?? []),
        transaction: value?.text ?? null,
        ...(value ? effectsData(value) : {}),
      };
    });
    printData(io, {
      ...agentData(settings),
      backend: backend.name,
      reason,
      inSync: !changes && !failed,
      families,
      leftovers: leftovers.map(({ family, backend, transaction }) => {
        return { family, backend, changes: shownChanges(transaction.changes), transaction: transaction.text };
      }),
      warnings: warnings.all(),
    });
  } else {
    if (!changes && !failed) io.print(io.color.green("No changes."));
    const counts = new Map(policy.map(({ family, rules }) => [family, rules.length]));
    for (const outcome of outcomes) {
      const who = `${outcome.family} (${backend.name})`;
      if (outcome.error !== undefined) io.warn(`${who}: ${outcome.error}`);
      else if (outcome.value) {
        io.print(`${who}:`);
        printTransaction(outcome.value, { unit: backend.unit, leftovers, showsRules: settings.showsRules }, io);
      } else {
        const inForce = `in force: ${countEntries(counts.get(outcome.family) ?? 0)}`;
        io.print(`${who}: ${changes ? `no changes, ${inForce}` : inForce}`);
      }
    }
    for (const leftover of leftovers) {
      io.print(formatLeftover(leftover));
      if (settings.showsRules) io.print(formatChanges(leftover.transaction.changes, io));
    }
    if (changes) printNextStep(settings, io);
  }
  if (failed) return 1;
  return changes && settings.exitCode ? 2 : 0;
}

const shownChanges = (changes: readonly Change[]) => changes.map(({ op, line }) => ({ op, line }));
