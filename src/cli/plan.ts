// ip-masq-agent plan: what a sync would change.
import { formatChanges, type Io, printJson } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Exit 0; with --exit-code 2 where something would change. */
export async function plan(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = readPolicy(settings, io);
  const backend = await openBackend(settings);
  const results = await Promise.all(
    policy.map(async (part) => ({ family: part.family, transaction: await backend.plan(part) })),
  );
  const changes = results.some(({ transaction }) => transaction !== undefined);
  if (settings.json) {
    const families = results.map(({ family, transaction }) => {
      return {
        family,
        inSync: !transaction,
        changes: transaction?.changes ?? [],
        transaction: transaction?.text ?? null,
      };
    });
    printJson(io, { backend: backend.name, inSync: !changes, families });
  } else {
    for (const { family, transaction } of results) {
      if (!transaction) {
        io.print(`${family} (${backend.name}): in sync`);
        continue;
      }
      const { added, removed } = transaction.counts;
      io.print(`${family} (${backend.name}): ${added} rules to add, ${removed} to remove`);
      io.print(formatChanges(transaction.changes, io));
    }
  }
  return changes && settings.exitCode ? 2 : 0;
}
