// ip-masq-agent render: the transaction that makes the rules on an empty table.
import { desiredChain, diffChain } from "../dialect/index.ts";
import { type Io, printJson } from "./io.ts";
import { readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

const RESTORE = { ipv4: "iptables-restore --noflush", ipv6: "ip6tables-restore --noflush" } as const;

/** Prints what each family's restore tool would be given. No privileges are needed, and nothing is read but the config. */
export async function render(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { policy } = readPolicy(settings, io);
  const parts = policy
    .filter(({ family }) => settings.families === "all" || settings.families === family)
    .map((part) => ({
      family: part.family,
      command: RESTORE[part.family],
      transaction: diffChain(desiredChain(part))?.text ?? "",
    }));
  if (parts.length === 0) io.warn("no IPv6 rules: they come with --enable-ipv6");
  if (settings.json) printJson(io, { families: parts });
  else for (const { command, transaction } of parts) io.print(`# ${command}\n${transaction.trimEnd()}`);
  return 0;
}
