// Checks whether this node supports the rules at all.

import type { FamilyPolicy, PolicyRule } from "../../policy/index.ts";
import { desiredChain } from "./desired.ts";
import { diffChain } from "./diff.ts";
import { LOCK_WAIT, type Tools, toolName } from "./tools.ts";

/** The exit code if the tools lack a permission or the lock: no evidence about the rules (iptables(8)). */
const RESOURCE_PROBLEM = 4;

/** The message of iptables-nft-restore, with a different exit code, without CAP_NET_ADMIN. */
const UNPRIVILEGED = /you must be root/;

/**
 * Why the node does not support the rules of a policy; undefined if it does. Enterprise Linux 10 has iptables, but lacks
 * the kernel modules for comments, address types and MASQUERADE. `--test` reads a transaction and checks it against the
 * kernel, but does not commit it (iptables-restore(8)).
 */
export async function findObstacle(tools: Tools, policy: FamilyPolicy): Promise<string | undefined> {
  const text = diffChain(desiredChain({ ...policy, rules: onePerVerdict(policy.rules) }))?.text ?? "";
  const tried = await tools.run(toolName(tools, "restore"), ["--test", "--noflush", "-w", LOCK_WAIT], { input: text });
  if (tried.exit === 0 || tried.exit === RESOURCE_PROBLEM || UNPRIVILEGED.test(tried.stderr)) return undefined;
  const [message = `exit ${tried.exit}`] = tried.stderr.split("\n").filter((line) => line.trim() !== "");
  return `${toolName(tools)} does not support the rules: ${message}`;
}

/** One rule of the policy for each verdict: together they need the same kernel features as all rules. */
function onePerVerdict(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return [...new Map(rules.map((rule) => [rule.verdict.kind, rule])).values()];
}
