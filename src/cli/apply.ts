// ip-masq-agent apply: one sync of each family.
import type { Backend, Transaction } from "../backends/index.ts";
import { forEachFamily, type Outcome } from "./families.ts";
import { type Io, printData } from "./io.ts";
import type { OldTreatment } from "./old-treatment.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { warnOfAddresses } from "./snat-warnings.ts";
import { NOTHING_CHANGED } from "./valid-config.ts";
import { collectWarnings } from "./warnings.ts";

/** Exits with 0 if the rules of every family are in force. */
export async function apply(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { config, policy } = await readPolicy(settings, io, NOTHING_CHANGED);
  const warnings = collectWarnings(io);
  await warnOfAddresses(config, warnings.warn);
  const cleaned: string[] = [];
  const opened = await openBackend(settings, policy, warnings.warn, (message) => cleaned.push(message));
  const { backend, reason } = opened;
  const outcomes = await forEachFamily(policy, (part) => backend.sync(part));
  // Before the checks, which may take longer.
  if (!settings.json) printOutcomes(outcomes, backend, cleaned, io);
  const written = outcomes.flatMap((outcome, i) => {
    const part = policy[i];
    return part && outcome.error === undefined && outcome.value ? [{ policy: part, transaction: outcome.value }] : [];
  });
  const { checkAfterSync } = await import("./after-sync.ts");
  const after = await checkAfterSync(settings, policy, opened, written);
  for (const warning of after.warnings) warnings.warn(warning);
  if (settings.json) {
    const { left = null, deleted = 0 } = after.old ?? {};
    printData(io, {
      ...{ backend: backend.name, reason, families: outcomes.map(outcomeData) },
      ...{ openConnections: { left, deleted }, removed: cleaned, warnings: warnings.all() },
    });
  } else if (after.old) {
    printOld(after.old, io);
  }
  return outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
}

type SyncOutcome = Outcome<Transaction | undefined>;

function outcomeData(outcome: SyncOutcome): object {
  const { family } = outcome;
  if (outcome.error !== undefined) return { family, ...outcome.data };
  return { family, written: outcome.value !== undefined, transaction: outcome.value?.text ?? null };
}

/** Prints what was written for each family, and what was removed of other backends. */
function printOutcomes(outcomes: readonly SyncOutcome[], backend: Backend, cleaned: readonly string[], io: Io): void {
  for (const outcome of outcomes) {
    const who = `${outcome.family} (${backend.name})`;
    if (outcome.error !== undefined) io.warn(`${who}: ${outcome.error}`);
    else if (!outcome.value) io.print(`${who}: ${io.color.green("in sync")}, nothing written`);
    else {
      const { added, removed, kept } = outcome.value.counts;
      const counts = `${added} added, ${removed} removed, ${kept} kept`;
      io.print(`${who}: ${io.color.green("written")}: ${backend.unit}: ${counts}`);
    }
  }
  for (const message of cleaned) io.print(message);
}

/** Prints how many open connections keep their old treatment. */
function printOld({ left = 0, deleted }: OldTreatment, { print }: Io): void {
  if (deleted > 0) print(`open connections: ${deleted} with an old treatment reset`);
  if (left === 1) print("open connections: 1 keeps an old treatment until it ends");
  else if (left > 1) print(`open connections: ${left} keep an old treatment until they end`);
}
