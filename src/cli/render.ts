// ip-masq-agent render: the transaction that makes the rules on an empty table, or the CNI config with the policy in it.
import { AUTO, DEFAULT_BACKEND, ENFORCING_BACKEND } from "../backends/index.ts";
import { type Io, printJson } from "./io.ts";
import { readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Prints what each family's restore tool would be given. No privileges are needed, and nothing is read but the configs. */
export async function render(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = readPolicy(settings, io);
  const wanted = policy.filter(({ family }) => settings.families === "all" || settings.families === family);
  const needed = policy.some(({ enforceKeep }) => enforceKeep) ? ENFORCING_BACKEND : DEFAULT_BACKEND;
  const kind = settings.backend === AUTO ? needed : settings.backend;
  const parts = kind.render(wanted, { flag: settings.backendFlag });
  if (parts.length === 0) io.warn("no IPv6 rules: they come with --enable-ipv6");
  if (settings.json) printJson(io, { families: parts.map(({ data }) => data) });
  else for (const { text } of parts) io.write(text);
  return 0;
}
