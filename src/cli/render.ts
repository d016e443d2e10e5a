// ip-masq-agent render: prints the transaction that creates the rules in an empty table, the CNI config with the policy in
// it, or a table for databases.
import { AUTO, DEFAULT_BACKEND, ENFORCING_BACKEND } from "../backends/index.ts";
import { TABLE, UsageError } from "./flags.ts";
import { type Io, printData } from "./io.ts";
import { readPolicy } from "./policy.ts";
import { renderTable } from "./policy-table.ts";
import type { Settings } from "./settings.ts";

/** Prints the input of each family's restore tool. Needs no privileges and reads only the config. */
export async function render(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { cidrs, from } = settings.flows;
  if (settings.isTable) return renderTable(settings, io);
  if (cidrs !== undefined || from !== undefined) {
    throw new UsageError(`--${cidrs === undefined ? "from" : "cidrs"} works only with --to=${TABLE}`);
  }
  const { policy } = await readPolicy(settings, io);
  const wanted = policy.filter(({ family }) => settings.families === "all" || settings.families === family);
  const needed = policy.some(({ enforceKeep }) => enforceKeep) ? ENFORCING_BACKEND : DEFAULT_BACKEND;
  const kind = settings.backend === AUTO ? needed : settings.backend;
  const parts = (await kind.load()).render(wanted, { flag: settings.backendFlag });
  if (parts.length === 0) io.warn("no IPv6 rules: they need --enable-ipv6");
  if (settings.json) printData(io, { families: parts.map(({ data }) => data) });
  else for (const { text } of parts) io.write(text);
  return 0;
}
