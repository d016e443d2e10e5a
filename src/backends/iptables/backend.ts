// The backend that drives the iptables tools of one variant.
import type { Family } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Backend, InspectedRule } from "../backend.ts";
import { removeOwn, settle } from "../converge.ts";
import { reportDrift } from "../drift.ts";
import { countersOf } from "./counters.ts";
import { desiredChain } from "./desired.ts";
import { diffChain } from "./diff.ts";
import { observe } from "./observe.ts";
import type { ObservedChain } from "./observed.ts";
import type { Variant } from "./tools.ts";

/**
 * The backend that drives the iptables tools of one variant. `warn` is told what a person should know besides answers,
 * each time that it is found.
 */
export function iptablesBackend(variant: Variant, warn: (message: string) => void): Backend {
  const told = (family: Family) => (message: string) => warn(`${family} (iptables-${variant}): ${message}`);
  const look = async (policy: FamilyPolicy, counters = false) => {
    const { family, chain } = policy;
    const observed = await observe(variant, family, chain, { counters, jump: desiredChain(policy).jump });
    for (const finding of observed.findings ?? []) told(family)(finding);
    return observed;
  };
  return {
    name: `iptables-${variant}`,
    unit: "rules",
    place: ({ chain }) => `chain ${chain} or the jump to it`,
    // The chain's rules and the jump.
    count: (policy) => desiredChain(policy).rules.length + 1,
    // The words that people's log filters know from the established agent.
    describe: ({ family }, { text }) =>
      `${{ ipv4: "IPv4", ipv6: "IPv6" }[family]} masquerading rules: ${JSON.stringify(text)}`,
    plan: async (policy) => diffChain(desiredChain(policy), await look(policy)),
    inspect: async (policy) => {
      const observed = await look(policy, true);
      const rules = rulesOf(policy.chain, observed);
      return {
        exists: observed.exists,
        rules,
        facts: { chainExists: observed.exists, rules },
        transaction: diffChain(desiredChain(policy), observed),
      };
    },
    sync: (policy, past) => {
      const desired = desiredChain(policy);
      const { family, chain } = policy;
      let untold = past;
      const next = (observed: ObservedChain) => {
        const left = diffChain(desired, observed);
        reportDrift(untold, left, (one) => (one === policy ? left : diffChain(desiredChain(one), observed)));
        untold = undefined;
        return left;
      };
      return settle({ variant, family, chain, look: () => look(policy), next, warn });
    },
    counters: async (policy) => countersOf(policy, await look(policy, true)),
    cleanup: (family, chain) => removeOwn(variant, family, chain, told(family)),
  };
}

/** The jumps to the chain and its rules. */
function rulesOf(chain: string, { jumps, rules }: ObservedChain): readonly InspectedRule[] {
  const inChain = (name: string, list: ObservedChain["rules"]) =>
    list.map(({ spec, packets, bytes }) => ({ rule: `-A ${name} ${spec}`, packets, bytes }));
  return [...inChain("POSTROUTING", jumps), ...inChain(chain, rules)];
}
