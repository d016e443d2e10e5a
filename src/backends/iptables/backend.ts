// The backend that drives the iptables tools of one variant.
import type { Family } from "../../core/index.ts";
import { type Host, runCooperatively, ToolError, thisHost } from "../../host/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Backend, InspectedRule, RuleEvent } from "../backend.ts";
import { converge } from "../converge.ts";
import { describeRules } from "../describe.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { commit } from "./commit.ts";
import { countersOf, entriesOf } from "./counters.ts";
import { desiredChainInSteps } from "./desired.ts";
import { diffChainInSteps } from "./diff.ts";
import { readMeaning } from "./meaning.ts";
import { type ObserveOptions, observe } from "./observe.ts";
import { formatTable, type ObservedChain } from "./observed.ts";
import { findObstacle } from "./obstacle.ts";
import { describeRemoval, planRemoval, removeOwn } from "./remove.ts";
import type { Tools } from "./tools.ts";
import type { Variant } from "./variants.ts";

/** For how long a check that found the policy in force replaces the first read of a sync. */
const FRESH_MS = 1_000;

/** Opens the backend of one variant. `warn` receives further findings, each time they are found. */
export function iptablesBackend(
  variant: Variant,
  warn: (message: string) => void,
  { run, withWriteLock }: Host = thisHost,
): Backend {
  const toolsOf = (family: Family): Tools => ({ run, variant, family });
  const observeChain = async (family: Family, chain: string, options: ObserveOptions) => {
    const observed = await observe(toolsOf(family), chain, options);
    for (const finding of observed.findings ?? []) warn(`${family} (iptables-${variant}): ${finding}`);
    return observed;
  };
  const desired = (policy: FamilyPolicy) => runCooperatively(desiredChainInSteps(policy));
  const observePolicy = async (policy: FamilyPolicy, counters = false) =>
    observeChain(policy.family, policy.chain, { counters, jump: (await desired(policy)).jump });
  const diff = async (policy: FamilyPolicy, observed: ObservedChain) => {
    const edit = await runCooperatively(diffChainInSteps(await desired(policy), observed));
    return edit && { ...edit, meaning: () => readMeaning(policy, observed) };
  };
  const lockName = (family: Family, chain: string) => `${variant}/${family}/${chain}`;
  /** The policy that the last check for obstacles found in force. */
  let inForce: { readonly policy: FamilyPolicy; readonly at: number } | undefined;
  const isInForce = async (policy: FamilyPolicy) => {
    const observed = await observe(toolsOf(policy.family), policy.chain, { jump: (await desired(policy)).jump });
    // Findings are reported by the sync.
    return (observed.findings ?? []).length === 0 && (await diff(policy, observed)) === undefined;
  };
  const findObstacleTo = async (policy: FamilyPolicy) => {
    // Rules that are in force are supported, and reading them takes a third of the time of a trial.
    if (await isInForce(policy).catch(() => false)) {
      inForce = { policy, at: Date.now() };
      return undefined;
    }
    return findObstacle(toolsOf(policy.family), policy);
  };
  /** Whether a check has just found the policy in force. True only once: each further sync reads the rules itself. */
  const wasInForce = (policy: FamilyPolicy) => {
    const found = inForce;
    inForce = undefined;
    return found?.policy === policy && Math.abs(Date.now() - found.at) < FRESH_MS;
  };
  return {
    name: `iptables-${variant}`,
    unit: "rules",
    place: ({ chain }) => `chain ${chain} or the jump to it`,
    // The chain's rules and the jump.
    count: async (policy) => (await desired(policy)).rules.length + 1,
    describe: describeRules,
    ...(variant === "nft" ? { trace: { table: "nat", writer: "iptables-nft-restore", concerns } } : {}),
    obstacle: findObstacleTo,
    plan: async (policy) => diff(policy, await observePolicy(policy)),
    inspect: async (policy) => {
      const observed = await observePolicy(policy, true);
      const rules = rulesOf(policy.chain, observed);
      return {
        exists: observed.exists,
        entries: entriesOf(policy, observed),
        rules,
        text: formatTable(
          policy.chain,
          observed.exists,
          rules.map(({ rule }) => rule),
        ),
        facts: { chainExists: observed.exists, rules },
        transaction: await diff(policy, observed),
      };
    },
    sync: async (policy, past) => {
      if (past === undefined && wasInForce(policy)) return undefined;
      return converge({
        wanted: policy,
        observe: () => observePolicy(policy),
        diff,
        commit: (edit) => commit(toolsOf(policy.family), edit),
        past,
        locked: (work) => withWriteLock(lockName(policy.family, policy.chain), warn, work),
      });
    },
    counters: async (policy) => countersOf(policy, await observePolicy(policy, true)),
    planCleanup: async (family, chain) => planRemoval(family, chain, await observeChain(family, chain, {})),
    cleanup: (family, chain) =>
      removeOwn(toolsOf(family), chain, {
        observe: () => observeChain(family, chain, {}),
        locked: (work) => withWriteLock(lockName(family, chain), warn, work),
      }),
    describeCleanup: describeRemoval,
    isUnreadable: (error) =>
      error instanceof ToolError &&
      /^(failed|missing|unreadable)$/.test(error.reason) &&
      /-save | -S /.test(error.command),
  };
}

/** The jumps to the chain and its rules. */
function rulesOf(chain: string, { jumps, rules }: ObservedChain): readonly InspectedRule[] {
  const inChain = (name: string, list: ObservedChain["rules"]) =>
    list.map(({ spec, packets, bytes }) => ({ rule: `-A ${name} ${spec}`, packets, bytes }));
  return [...inChain("POSTROUTING", jumps), ...inChain(chain, rules)];
}

/** Other programs add rules to POSTROUTING at any time; only a rule that jumps to our chain matters. */
function concerns(event: RuleEvent, { family, chain }: FamilyPolicy): boolean {
  if (event.family !== NFT_FAMILY[family] || event.table !== "nat") return false;
  if (event.object === "table" || event.name === chain) return true;
  if (event.name !== "POSTROUTING") return false;
  return event.op === "delete" || event.object !== "rule" || event.text.includes(chain);
}
