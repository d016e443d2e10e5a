// Checks whether our rules are in place.
import { FAMILY_NAMES, type Opened } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Check, Finding, Report } from "./check.ts";

export const rules: Check = {
  name: "rules",
  run: async ({ policy, open }) => {
    if (policy.length === 0)
      return { seen: "", findings: [], unseen: ["which rules are needed: the config is invalid"] };
    let opened: Opened;
    try {
      opened = await open();
    } catch (error) {
      return { seen: "", findings: [unusable((error as Error).message)], unseen: [] };
    }
    const reports = await Promise.all(policy.map((part) => reportOf(opened, part)));
    const { backend, reason } = opened;
    return {
      seen: [`${backend.name} (${reason})`, ...reports.flatMap(({ seen }) => seen || [])].join(", "),
      findings: reports.flatMap(({ findings }) => findings),
      unseen: reports.flatMap(({ unseen }) => unseen),
    };
  },
};

/** Whether the rules of one family are in sync. */
async function reportOf({ backend }: Opened, policy: FamilyPolicy): Promise<Report> {
  const name = FAMILY_NAMES[policy.family];
  try {
    const transaction = await backend.plan(policy);
    if (!transaction) return { seen: `${name} in sync`, findings: [], unseen: [] };
    // Only if rules are missing: rules in force prove that the node supports them.
    const obstacle = await backend.obstacle?.(policy);
    const { added, removed } = transaction.counts;
    const finding: Finding = {
      check: rules.name,
      severity: "error",
      what: `the ${name} rules do not match the config`,
      evidence: obstacle === undefined ? [`${backend.unit}: ${added} to add, ${removed} to remove`] : [obstacle],
      why: "Packets are masqueraded, or keep their address, contrary to the config.",
      remedy:
        obstacle === undefined
          ? "Run the agent, or ip-masq-agent apply. ip-masq-agent plan shows the difference."
          : "Install the missing kernel modules, or use --backend=nftables.",
    };
    return { seen: `${name} not in sync`, findings: [finding], unseen: [] };
  } catch (error) {
    return { seen: "", findings: [], unseen: [`the ${name} rules: ${(error as Error).message}`] };
  }
}

function unusable(why: string): Finding {
  return {
    check: rules.name,
    severity: "error",
    what: "no backend can apply the rules on this node",
    evidence: [why],
    why: "The agent masquerades nothing on this node.",
    remedy: "Install what is missing, or choose another --backend.",
  };
}
