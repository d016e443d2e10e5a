// ip-masq-agent apply: one sync of each family.
import { type Io, printJson } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Exit 0 where every family is as the policy wants it; the families are independent of each other. */
export async function apply(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = readPolicy(settings, io);
  const backend = await openBackend(settings);
  const results = await Promise.all(
    policy.map(async (part) => {
      try {
        return { family: part.family, transaction: await backend.sync(part) };
      } catch (error) {
        return { family: part.family, error: (error as Error).message };
      }
    }),
  );
  const failed = results.some((result) => result.error !== undefined);
  if (settings.json) {
    const families = results.map(({ family, transaction, error }) => {
      if (error !== undefined) return { family, error };
      return { family, written: transaction !== undefined, transaction: transaction?.text ?? null };
    });
    printJson(io, { backend: backend.name, families });
  } else {
    for (const { family, transaction, error } of results) {
      if (error !== undefined) {
        io.warn(`${family} (${backend.name}): ${error}`);
      } else if (transaction) {
        const { added, removed, kept } = transaction.counts;
        io.print(`${family} (${backend.name}): written: ${added} rules added, ${removed} removed, ${kept} kept`);
      } else {
        io.print(`${family} (${backend.name}): in sync, nothing written`);
      }
    }
  }
  return failed ? 1 : 0;
}
