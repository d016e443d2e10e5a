// Can this node hold the rules at all?

import type { FamilyPolicy, PolicyRule } from "../../policy/index.ts";
import { desiredChain } from "./desired.ts";
import { diffChain } from "./diff.ts";
import { LOCK_WAIT, type Tools, toolName } from "./tools.ts";

/** The exit of the tools if they lack a permission or the lock: that says nothing about rules (iptables(8)). */
const RESOURCE_PROBLEM = 4;

/** What iptables-nft-restore says, with another exit, to callers without CAP_NET_ADMIN. */
const UNPRIVILEGED = /you must be root/;

/**
 * Why the node cannot hold the rules of a policy; undefined if it can. Enterprise Linux 10 has iptables, but lacks the
 * kernel modules for comments, address types and MASQUERADE. `--test` reads a transaction, asks the kernel for what it
 * needs, and does not commit it (iptables-restore(8)).
 */
export async function findObstacle(tools: Tools, policy: FamilyPolicy): Promise<string | undefined> {
  const text = diffChain(desiredChain({ ...policy, rules: onePerVerdict(policy.rules) }))?.text ?? "";
  const tried = await tools.run(toolName(tools, "restore"), ["--test", "--noflush", "-w", LOCK_WAIT], { input: text });
  if (tried.exit === 0 || tried.exit === RESOURCE_PROBLEM || UNPRIVILEGED.test(tried.stderr)) return undefined;
  const [said = `exit ${tried.exit}`] = tried.stderr.split("\n").filter((line) => line.trim() !== "");
  return `${toolName(tools)} cannot hold the rules: ${said}`;
}

/** Rules that use all that those of the policy do. */
function onePerVerdict(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return [...new Map(rules.map((rule) => [rule.verdict.kind, rule])).values()];
}
