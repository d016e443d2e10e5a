// ip-masq-agent status: in sync or not, and the rules with their counters.
import { type Io, printJson } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Exit 0; with --exit-code 2 where something would change. */
export async function status(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = readPolicy(settings, io);
  const backend = await openBackend(settings);
  const results = await Promise.all(
    policy.map(async (part) => {
      const { observed, transaction } = await backend.inspect(part);
      const rules = [
        ...observed.jumps.map((rule) => ({ ...rule, chain: "POSTROUTING" })),
        ...observed.rules.map((rule) => ({ ...rule, chain: part.chain })),
      ].map(({ chain, spec, packets, bytes }) => ({ rule: `-A ${chain} ${spec}`, packets, bytes }));
      return { family: part.family, inSync: !transaction, exists: observed.exists, rules, transaction };
    }),
  );
  const inSync = results.every((result) => result.inSync);
  if (settings.json) {
    const families = results.map(({ family, inSync, exists, rules }) => ({
      family,
      inSync,
      chainExists: exists,
      rules,
    }));
    printJson(io, { backend: backend.name, inSync, families });
  } else {
    for (const { family, transaction, rules } of results) {
      const counts = transaction?.counts;
      const state = counts ? `not in sync: ${counts.added} rules to add, ${counts.removed} to remove` : "in sync";
      io.print(`${family} (${backend.name}): ${transaction ? io.color.yellow(state) : io.color.green(state)}`);
      if (rules.length > 0)
        io.print(io.color.dim("  packets      bytes  rule (of each connection, the first packet counts)"));
      for (const { rule, packets, bytes } of rules) {
        io.print(`${String(packets).padStart(9)} ${String(bytes).padStart(10)}  ${rule}`);
      }
    }
  }
  return !inSync && settings.exitCode ? 2 : 0;
}
