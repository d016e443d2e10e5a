// Warnings about other programs' rules, for commands that read the node.
import type { Opened } from "../backends/index.ts";
import { findSourceNat, formatOverrides, isQuicklyCompared } from "../doctor/index.ts";
import { openFiles, thisHost } from "../host/index.ts";
import { readBriefly } from "../netfilter/brief.ts";
import type { Ours } from "../netfilter/index.ts";
import { readNat } from "../netfilter/read-nat.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Settings } from "./settings.ts";

/** How the agent's own rules are recognized. */
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
 * Warns of other programs' rules that cause packets to be treated differently from what the config says. Families with very
 * many entries are left to `doctor`.
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
  for (const line of formatOverrides(report)) warn(line);
  const gap = skipped();
  if (gap) warn(gap);
}
