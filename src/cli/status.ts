// ip-masq-agent status: in sync or not, and the rules with their counters.
import { findLeftovers, formatLeftover } from "../backends/index.ts";
import { printable } from "../config/index.ts";
import { forEachFamily } from "./families.ts";
import { type Io, printJson } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { warnOfAddresses } from "./snat-warnings.ts";
import { collectWarnings } from "./warnings.ts";

/** Exit 0, or 1 if a family cannot be read; with --exit-code 2 if something would change. */
export async function status(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { config, policy } = readPolicy(settings, io);
  const warnings = collectWarnings(io);
  await warnOfAddresses(config, warnings.warn);
  const opened = await openBackend(settings, policy, warnings.warn);
  const { backend, reason } = opened;
  const [outcomes, leftovers] = await Promise.all([
    forEachFamily(policy, (part) => backend.inspect(part)),
    findLeftovers(opened, policy, warnings.warn),
  ]);
  const failed = outcomes.some(({ error }) => error !== undefined);
  const inSync =
    leftovers.length === 0 && outcomes.every((outcome) => outcome.error === undefined && !outcome.value.transaction);
  if (settings.json) {
    const families = outcomes.map((outcome) => {
      if (outcome.error !== undefined) return outcome;
      const { facts, transaction } = outcome.value;
      return { family: outcome.family, inSync: !transaction, ...facts };
    });
    printJson(io, {
      backend: backend.name,
      reason,
      inSync,
      families,
      leftovers: leftovers.map(({ family, backend, transaction }) => {
        return { family, backend, toRemove: transaction.counts.removed };
      }),
      warnings: warnings.all(),
    });
  } else {
    io.print(`backend: ${backend.name} (${reason})`);
    for (const outcome of outcomes) {
      const who = `${outcome.family} (${backend.name})`;
      if (outcome.error !== undefined) {
        io.warn(`${who}: ${outcome.error}`);
        continue;
      }
      const { rules, transaction } = outcome.value;
      const counts = transaction?.counts;
      const state = counts
        ? `not in sync: ${backend.unit}: ${counts.added} to add, ${counts.removed} to remove`
        : "in sync";
      io.print(`${who}: ${counts ? io.color.yellow(state) : io.color.green(state)}`);
      const isCounted = rules.some(({ packets }) => packets !== undefined);
      if (isCounted) {
        io.print(io.color.dim("  packets      bytes  rule (the first packet of each connection counts)"));
      }
      for (const { rule, packets, bytes } of rules) {
        const counters = `${String(packets ?? "").padStart(9)} ${String(bytes ?? "").padStart(10)}`;
        io.print(`${isCounted ? counters : ""}  ${printable(rule)}`);
      }
    }
    for (const leftover of leftovers) io.print(io.color.yellow(formatLeftover(leftover)));
  }
  if (failed) return 1;
  return !inSync && settings.exitCode ? 2 : 0;
}
