// What a command that looks at the node says of rules of other programs.
import type { Opened } from "../backends/index.ts";
import { findSourceNat, formatDefeats, isQuicklyCompared } from "../doctor/index.ts";
import { openFiles, thisHost } from "../host/index.ts";
import { readBriefly } from "../netfilter/brief.ts";
import type { Ours } from "../netfilter/index.ts";
import { readNat } from "../netfilter/read-nat.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Settings } from "./settings.ts";

/** By what the agent's own rules are known. */
export const oursOf = ({ policy: { chain }, backendFlag }: Settings): Ours => ({
  chain,
  table: backendFlag("nft-table"),
});

/** Reads the postrouting NAT hook for the families of a policy. */
export const readFamilies = (policy: readonly FamilyPolicy[], run = thisHost.run) =>
  readNat(
    { run },
    policy.map(({ family }) => family),
  );

/**
 * Warns of rules of other programs because of which packets are not treated as the config says. Families with very many entries
 * are left to `doctor`.
 */
export async function warnOfForeignRules(
  settings: Settings,
  policies: readonly FamilyPolicy[],
  { backend }: Opened,
  warn: (message: string) => void,
): Promise<void> {
  // A Windows node has no such rules.
  if (backend.unit === "exceptions") return;
  const policy = policies.filter(isQuicklyCompared);
  if (policy.length === 0) return;
  const { run, skipped } = readBriefly(thisHost.run);
  const report = await findSourceNat({
    nat: () => readFamilies(policy, run),
    files: openFiles(),
    policy,
    ours: oursOf(settings),
  });
  for (const line of formatDefeats(report)) warn(line);
  const gap = skipped();
  if (gap) warn(gap);
}
