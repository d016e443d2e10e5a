// What other backends have left on the node, and who else is an agent here.
import { findLeftovers, formatChange } from "../backends/index.ts";
import type { Files } from "../host/index.ts";
import type { Check, Finding } from "./check.ts";

export const leftovers: Check = {
  name: "leftovers",
  run: async ({ files, policy, open }) => {
    const unseen: string[] = [];
    // Without a backend the check of the rules says why.
    const opened = await open().catch(() => undefined);
    const found = opened ? await findLeftovers(opened, policy, (message) => void unseen.push(message)) : [];
    const findings = found.map(({ family, backend, transaction }): Finding => {
      const changes = transaction.changes.filter(({ op }) => op === "remove");
      return {
        check: leftovers.name,
        severity: "warning",
        what: `${backend} still has ${family} rules of the agent, besides those of ${opened?.backend.name}`,
        evidence: changes.map(formatChange),
        why: "They follow no config any more; whichever rule comes first decides.",
        remedy: "The agent removes them with its next sync, as does ip-masq-agent apply.",
      };
    });
    const agents = claimedChains(files);
    if (agents.length > 1) findings.push(severalAgents(agents));
    const running = agents.length === 0 ? "no agent runs" : `an agent runs (chain ${agents.join(", ")})`;
    const seen = `${running}, ${found.length === 0 ? "no leftovers" : "leftovers"}`;
    return { seen, findings, unseen };
  },
};

/** The chains that running agents of this network namespace claim; each has a socket of that name (unix(7)). */
function claimedChains(files: Files): readonly string[] {
  const names = [...(files.read("/proc/net/unix") ?? "").matchAll(/ @ip-masq-agent\/chain\/([^\s@]+)/g)];
  return [...new Set(names.map(([, chain = ""]) => chain))].sort();
}

function severalAgents(chains: readonly string[]): Finding {
  return {
    check: leftovers.name,
    severity: "warning",
    what: `${chains.length} agents run on this node, each with a chain of its own`,
    evidence: chains.map((chain) => `--masq-chain=${chain}`),
    why: "A destination that one of them keeps is masqueraded by the other, if its list does not have it too.",
    remedy: "Run one agent on each node, and clean up after the other with ip-masq-agent cleanup --masq-chain=NAME.",
  };
}
