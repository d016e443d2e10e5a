// Finds what the rules of other programs do to packets despite the config.
import { type Family, formatRange } from "../core/index.ts";
import {
  type BaseChain,
  type Ending,
  type NatView,
  type Ours,
  ownerOf,
  type Rule,
  readAddressBlock,
  type Step,
  type Traffic,
  type Translation,
  type Treatment,
  walk,
} from "../netfilter/index.ts";
import type { Verdict } from "../policy/index.ts";

/** A rule of another program that treats packets differently from what the config says. */
export interface Interference {
  /** The program that probably owns the rule. */
  readonly owner: string | undefined;
  /** `passes`: the packets never reach the agent's rules. `unknown`: the rule's target is not interpreted. */
  readonly kind: "masquerades" | "translates" | "passes" | "drops" | "unknown";
  /** The addresses that the rule translates to, if it names them. */
  readonly to: string | undefined;
  /** The rule as its tool prints it; undefined if the policy of a chain decides. */
  readonly rule: string | undefined;
  /** Whether such a rule decides about every packet in question. */
  readonly isCertain: boolean;
  /** What determines whether this rule applies, if that is uncertain: `output interface`. */
  readonly dependsOn: readonly string[];
}

/** How to recognize the agent's rules, and whether they bind kept packets to their address. */
export interface OwnRules extends Ours {
  readonly enforceKeep: boolean;
}

/** Finds rules of other programs that override this verdict of the agent, once the agent's rules are in place. */
export function findInterference(
  view: NatView,
  traffic: Traffic,
  verdict: Verdict,
  ours: OwnRules,
): readonly Interference[] {
  const { groups, own } = withVerdict(view, verdict, ours);
  const { endings, leaves } = walk({ ...view, groups }, traffic);
  // Text that cannot be read is reported below its field.
  const known = endings.filter(({ treatment, at }) => treatment.kind !== "unknown" || at);
  const isOther = (ending: Ending) => !isOwnEnding(ending, own) && !isAsWanted(ending.treatment, verdict, view.family);
  const others = known.filter(isOther);
  const isCertain = others.length === known.length;
  const byRule = new Map<unknown, Interference>();
  for (const ending of others) {
    const { treatment, base } = ending;
    const at = ending.at ?? (treatment.kind === "kept" ? leaves[0]?.at : undefined);
    const before = byRule.get(at?.rule ?? base);
    const dependsOn = isCertain ? [] : ending.undecided.map(({ about }) => about);
    byRule.set(at?.rule ?? base, {
      owner: at && ownerOf(at)?.name,
      kind: KINDS[treatment.kind],
      to: treatment.kind === "translated" ? formatRange(view.family, treatment.first, treatment.last) : undefined,
      rule: at?.rule.text,
      isCertain,
      dependsOn: [...new Set([...(before?.dependsOn ?? []), ...dependsOn])],
    });
  }
  return [...byRule.values()];
}

const KINDS: Readonly<Record<Treatment["kind"], Interference["kind"]>> = {
  masqueraded: "masquerades",
  translated: "translates",
  kept: "passes",
  dropped: "drops",
  unknown: "unknown",
};

/** Whether one of the agent's own rules decides. */
function isOwnEnding({ at }: Ending, own: ReadonlySet<Rule>): boolean {
  return at !== undefined && own.has(at.rule);
}

function isAsWanted(treatment: Treatment, verdict: Verdict, family: Family): boolean {
  switch (verdict.kind) {
    case "keep":
      return treatment.kind === "kept";
    case "masquerade":
      return treatment.kind === "masqueraded";
    case "snat": {
      if (treatment.kind !== "translated") return false;
      const [wanted] = readAddressBlock(family, `${verdict.to.first}-${verdict.to.last}`)?.values ?? [];
      return wanted?.first === treatment.first && wanted.last === treatment.last;
    }
  }
}

/** Returns the hook with the agent's rules replaced by this verdict, and the set of those rules. */
function withVerdict(view: NatView, verdict: Verdict, ours: OwnRules) {
  const own = new Set<Rule>();
  const { groups } = view;
  const isOwnTable = (base: BaseChain) => base.tool === "nft" && base.table === ours.table;
  const isJump = ({ steps }: Rule) => steps.some((step) => "chain" in step && step.chain === ours.chain);
  const bases = groups.flat();
  // Exemptions bind only if the node has the rules that bind them.
  if (verdict.kind === "keep" && ours.enforceKeep) {
    for (const base of bases.filter(isOwnTable)) for (const rule of base.rules) own.add(rule);
    return { groups, own };
  }
  const place = bases.findLast((base) => isOwnTable(base) || base.rules.some(isJump));
  const step = stepOf(verdict, view.family);
  const decide = (rule: Rule): Rule => {
    const decided = { ...rule, steps: step ? [step] : [] };
    own.add(decided);
    return decided;
  };
  const replaced = groups.map((group) =>
    group.map((base): BaseChain => {
      if (isOwnTable(base)) return { ...base, rules: base === place ? [decide(OWN_RULE)] : [] };
      return { ...base, rules: base.rules.map((rule) => (isJump(rule) ? decide(rule) : rule)) };
    }),
  );
  // The agent appends its rules if it finds none.
  return { groups: place || !step ? replaced : [...replaced, [ownChain(decide(OWN_RULE))]], own };
}

const OWN_RULE: Rule = { text: "", steps: [], number: 1 };

const ownChain = (rule: Rule): BaseChain => ({
  ...{ tool: "nft", family: "inet", table: "", chain: "", priority: 0, policy: "accept" },
  rules: [rule],
  chains: new Map(),
});

/** The step that applies a verdict; undefined if the packet only passes. */
function stepOf(verdict: Verdict, family: Family): Step | undefined {
  if (verdict.kind === "keep") return undefined;
  const [range] =
    verdict.kind === "snat" ? (readAddressBlock(family, `${verdict.to.first}-${verdict.to.last}`)?.values ?? []) : [];
  const to: Translation = range ? { kind: "range", first: range.first, last: range.last } : { kind: "masquerade" };
  return { kind: "translate", cases: [{ match: { kind: "constant", value: true }, to }] };
}
