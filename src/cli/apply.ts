// ip-masq-agent apply: one sync of each family.
import { forEachFamily } from "./families.ts";
import { type Io, printJson } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { warnOfAddresses } from "./snat-warnings.ts";
import { agentThatUndoes } from "./undone.ts";
import { collectWarnings } from "./warnings.ts";

/** Exit 0 if every family is as the policy wants it. */
export async function apply(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { config, policy } = readPolicy(settings, io);
  const warnings = collectWarnings(io);
  await warnOfAddresses(config, warnings.warn);
  const cleaned: string[] = [];
  const { backend, reason } = await openBackend(settings, policy, warnings.warn, (message) => cleaned.push(message));
  const outcomes = await forEachFamily(policy, (part) => backend.sync(part));
  const undoer = outcomes.some((outcome) => outcome.error === undefined && outcome.value)
    ? agentThatUndoes(settings, policy)
    : undefined;
  if (undoer) {
    warnings.warn(
      `the agent that runs here (pid ${undoer.pid}) has other flags or another config, and undoes this at its next sync`,
    );
  }
  if (settings.json) {
    const families = outcomes.map((outcome) => {
      if (outcome.error !== undefined) return outcome;
      return { family: outcome.family, written: outcome.value !== undefined, transaction: outcome.value?.text ?? null };
    });
    printJson(io, { backend: backend.name, reason, families, removed: cleaned, warnings: warnings.all() });
  } else {
    for (const outcome of outcomes) {
      const who = `${outcome.family} (${backend.name})`;
      if (outcome.error !== undefined) io.warn(`${who}: ${outcome.error}`);
      else if (!outcome.value) io.print(`${who}: ${io.color.green("in sync")}, nothing written`);
      else {
        const { added, removed, kept } = outcome.value.counts;
        io.print(
          `${who}: ${io.color.green("written")}: ${backend.unit}: ${added} added, ${removed} removed, ${kept} kept`,
        );
      }
    }
    for (const message of cleaned) io.print(message);
  }
  return outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
}
