// Checks for rules that other backends or other agents have left, and for other running agents.
import { FAMILY_NAMES, findLeftovers, formatChange } from "../backends/index.ts";
import type { Files } from "../host/index.ts";
import { AN_AGENT, type BaseChain, type NatView, type Ours, ownerOf, type Rule } from "../netfilter/index.ts";
import type { Check, Finding } from "./check.ts";
import { placeOf } from "./source-nat.ts";

export const leftovers: Check = {
  name: "leftovers",
  run: async ({ files, policy, ours, nat, open }) => {
    const unseen: string[] = [];
    // If no backend can be opened, the check `rules` reports it.
    const opened = await open().catch(() => undefined);
    const found = opened ? await findLeftovers(opened, policy, (message) => void unseen.push(message)) : [];
    const findings = found.map(({ family, backend, transaction }): Finding => {
      const changes = transaction.changes.filter(({ op }) => op === "remove");
      return {
        check: leftovers.name,
        severity: "warning",
        what: `${backend} still has ${FAMILY_NAMES[family]} rules of the agent, besides those of ${opened?.backend.name}`,
        evidence: changes.map(formatChange),
        why: "They no longer follow a config; whichever rule comes first decides.",
        remedy: "The agent removes them at its next sync, as does ip-masq-agent apply.",
      };
    });
    const agents = claimedChains(files);
    const others = strayPlaces(await nat(), ours, opened?.backend.name).filter(
      ({ base, chain }) => !agents.includes(chain ?? "") && !found.some(({ backend }) => backend === base.tool),
    );
    findings.push(...others.map(strayFinding));
    if (agents.length > 1) findings.push(severalAgents(agents));
    const running = agents.length === 0 ? "no agent is running" : `an agent is running (chain ${agents.join(", ")})`;
    const seen = `${running}, ${found.length + others.length === 0 ? "no leftovers" : "leftovers"}`;
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
    what: `${chains.length} agents are running on this node, each with its own chain`,
    evidence: chains.map((chain) => `--masq-chain=${chain}`),
    why: "A destination that one of them keeps is masqueraded by the other, unless that one's config lists it too.",
    remedy: "Run one agent on each node, and clean up after the other with ip-masq-agent cleanup --masq-chain=NAME.",
  };
}

/** A chain or table of an agent other than this one. */
interface StrayPlace {
  readonly base: BaseChain;
  /** The chain of iptables; undefined for an nftables table. */
  readonly chain?: string;
  /** The rule that jumps to it. */
  readonly jump?: Rule;
}

/**
 * Chains and tables in the hook that have an agent's names or comments: under a name other than ours, or in the iptables
 * variant that is not in use.
 *
 * @param used the backend that maintains our rules; undefined if there is none
 */
function strayPlaces(views: readonly NatView[], ours: Ours, used: string | undefined): readonly StrayPlace[] {
  const places: StrayPlace[] = [];
  for (const base of views.flatMap(({ groups }) => groups.flat())) {
    const isOf = (rule: Rule) => ownerOf({ base, chain: base.chain, rule, top: rule, depth: 0 })?.name === AN_AGENT;
    if (base.tool === "nft") {
      if (base.table !== ours.table && base.rules.some(isOf)) places.push({ base });
      continue;
    }
    for (const jump of base.rules) {
      for (const step of jump.steps) {
        if (!("chain" in step) || !isOf(jump)) continue;
        const isOther = step.chain !== ours.chain || (used !== undefined && used !== base.tool);
        if (isOther) places.push({ base, chain: step.chain, jump });
      }
    }
  }
  return places;
}

function strayFinding({ base, chain, jump }: StrayPlace): Finding {
  const what = chain === undefined ? `table ${base.family} ${base.table}` : `chain ${chain}`;
  const flags =
    chain === undefined
      ? `--backend=nftables --nft-table=${base.table}`
      : `--backend=iptables --iptables-variant=${base.tool === "iptables-nft" ? "nft" : "legacy"} --masq-chain=${chain}`;
  return {
    check: leftovers.name,
    severity: "warning",
    what: `${what} (${base.tool}) has rules of an ip-masq-agent that is not running on this node`,
    evidence: [jump ? `${placeOf(base)}: ${jump.text}` : placeOf(base)],
    why: "They no longer follow a config; whichever rule comes first decides.",
    remedy: `Remove them with ip-masq-agent cleanup ${flags}.`,
  };
}
