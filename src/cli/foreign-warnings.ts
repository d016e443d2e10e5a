// Warnings about other programs' rules, for commands that read the node.
import type { Opened } from "../backends/index.ts";
import { findOverrides } from "../doctor/index.ts";
import { thisHost } from "../host/index.ts";
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
export const readFamilies = (policy: readonly FamilyPolicy[]) =>
  readNat(
    thisHost,
    policy.map(({ family }) => family),
  );

/**
 * Warnings about other programs' rules that cause packets to be treated differently from what the config says. Families with
 * very many entries are left to `doctor`.
 */
export async function foreignWarnings(
  settings: Settings,
  policies: readonly FamilyPolicy[],
  { backend }: Opened,
): Promise<readonly string[]> {
  // A Windows node has no such rules.
  if (backend.unit === "exceptions") return [];
  const { lines, gap } = await findOverrides(policies, oursOf(settings));
  return gap === undefined ? lines : [...lines, gap];
}
