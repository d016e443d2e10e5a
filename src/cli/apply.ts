// ip-masq-agent apply: one sync of each family.
import { forEachFamily } from "./families.ts";
import { warnOfForeignRules } from "./foreign-warnings.ts";
import { type Io, printJson } from "./io.ts";
import { followWrite, type OldTreatment } from "./old-treatment.ts";
import { NOTHING_CHANGED, openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { warnOfAddresses } from "./snat-warnings.ts";
import { agentThatUndoes } from "./undoing-agent.ts";
import { collectWarnings } from "./warnings.ts";

/** Exits with 0 if the rules of every family are in force. */
export async function apply(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { config, policy } = readPolicy(settings, io, NOTHING_CHANGED);
  const warnings = collectWarnings(io);
  await warnOfAddresses(config, warnings.warn);
  const cleaned: string[] = [];
  const opened = await openBackend(settings, policy, warnings.warn, (message) => cleaned.push(message));
  const { backend, reason } = opened;
  const outcomes = await forEachFamily(policy, (part) => backend.sync(part));
  const undoer = outcomes.some((outcome) => outcome.error === undefined && outcome.value)
    ? agentThatUndoes(settings, policy)
    : undefined;
  if (undoer) {
    warnings.warn(
      `the agent on this node (pid ${undoer.pid}) has other flags or another config, and undoes this at its next sync`,
    );
  }
  await warnOfForeignRules(settings, policy, opened, warnings.warn);
  /** Checks the open connections once the rules are in force. */
  const follow = async (): Promise<OldTreatment | undefined> => {
    // Windows has its own connection tracking.
    if (backend.unit === "exceptions") return undefined;
    const written = outcomes.flatMap((outcome, i) => {
      const part = policy[i];
      return part && outcome.error === undefined && outcome.value ? [{ policy: part, transaction: outcome.value }] : [];
    });
    const found = await followWrite(written, settings.reset);
    if (found?.failure !== undefined && settings.reset !== "none") warnings.warn(`open connections: ${found.failure}`);
    return found;
  };
  if (settings.json) {
    const families = outcomes.map((outcome) => {
      if (outcome.error !== undefined) return { family: outcome.family, ...outcome.data };
      return { family: outcome.family, written: outcome.value !== undefined, transaction: outcome.value?.text ?? null };
    });
    const { left = null, deleted = 0 } = (await follow()) ?? {};
    printJson(io, {
      backend: backend.name,
      reason,
      families,
      openConnections: { left, deleted },
      removed: cleaned,
      warnings: warnings.all(),
    });
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
    const { left = 0, deleted = 0 } = (await follow()) ?? {};
    if (deleted > 0) io.print(`open connections: ${deleted} with an old treatment reset`);
    if (left > 0)
      io.print(
        `open connections: ${left} ${left === 1 ? "keeps an old treatment until it ends" : "keep an old treatment until they end"}`,
      );
  }
  return outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
}
