// Where a policy is kept: what the loop and the commands ask of it, and how it is kept in iptables.
import {
  countersOf,
  desiredChain,
  diffChain,
  type EntryCounter,
  type Family,
  type FamilyPolicy,
  type ObservedChain,
  type Transaction,
} from "../dialect/index.ts";
import type { Variant } from "./iptables.ts";
import { observe } from "./observe.ts";
import { removeOwn, settle } from "./sync.ts";

/** A rule as it is, with its counters where somebody counts. */
export interface InspectedRule {
  /** `-A CHAIN …`, or the CIDR that a CNI config excepts. */
  readonly rule: string;
  readonly packets?: bigint;
  readonly bytes?: bigint;
}

/** What is there of one family, and what a sync would write; `transaction` is undefined where nothing. */
export interface Inspection {
  /** Is there a chain, or a policy in the CNI config? */
  readonly exists: boolean;
  readonly rules: readonly InspectedRule[];
  /** The same as data, under the backend's own words. */
  readonly facts: object;
  readonly transaction: Transaction | undefined;
}

/** What a sync is told of the past. */
export interface Past {
  /**
   * The policy that the last good sync put in force, and those that syncs which failed since may have: what differs from
   * all of them now, somebody else has changed.
   */
  readonly inForce: readonly FamilyPolicy[];
  /** Called with what would repair that, before anything is written. */
  readonly drifted: (repair: Transaction) => void;
}

/**
 * Tells the past what would repair the drift, where there is some.
 *
 * @param left what a sync would write now; where that is nothing another agent or an earlier try has made it so
 */
export function tellDrift(
  past: Past | undefined,
  left: Transaction | undefined,
  repairOf: (policy: FamilyPolicy) => Transaction | undefined,
): void {
  if (!past || !left) return;
  const repairs = past.inForce.map(repairOf);
  const [repair] = repairs;
  if (repair && repairs.every((one) => one !== undefined)) past.drifted(repair);
}

/** Reads and writes the rules of one family at a time. All answers that hold a transaction hold it as it was written. */
export interface Backend {
  /** For people: `iptables-nft`, `iptables-legacy`, `windows-cni`. */
  readonly name: string;
  /** What it keeps, for people. */
  readonly unit: "rules" | "exceptions";
  /** Where it keeps that, for people; in one line. */
  place(policy: FamilyPolicy): string;
  /** How many of its unit a policy wants. */
  count(policy: FamilyPolicy): number;
  /** What was written to carry out a policy, for the log; in one line. */
  describe(policy: FamilyPolicy, written: Transaction): string;
  /** What a sync would write, or undefined where the rules are as the policy wants them. Writes nothing. */
  plan(policy: FamilyPolicy): Promise<Transaction | undefined>;
  /** The rules with their counters, besides what {@link Backend.plan} answers. Writes nothing. */
  inspect(policy: FamilyPolicy): Promise<Inspection>;
  /** Makes the rules as the policy wants them and looks again; answers what was written, undefined for nothing. */
  sync(policy: FamilyPolicy, past?: Past): Promise<Transaction | undefined>;
  /** How many connections each entry has decided about. Writes nothing. */
  counters(policy: FamilyPolicy): Promise<readonly EntryCounter[]>;
  /** Removes the chain and the jumps to it; answers what was written, undefined where there was nothing of it. */
  cleanup(family: Family, chain: string): Promise<Transaction | undefined>;
}

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
        tellDrift(untold, left, (one) => (one === policy ? left : diffChain(desiredChain(one), observed)));
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
