// Who else changes source addresses on this node, and whether that defeats what the config keeps.
import { formatIntervals, type Interval } from "../core/index.ts";
import {
  type BaseChain,
  type EarlyEnd,
  type ForeignTranslation,
  foreignRules,
  type NatView,
  type RuleAt,
  readAddressBlock,
} from "../netfilter/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Check, Finding, NodeView, Report } from "./check.ts";
import { findPodRanges } from "./pod-ranges.ts";

/** Findings of each family; a node with more has one cause for many of them. */
const MOST = 10;

/** CIDRs that a line names. */
const SHOWN = 5;

const NAME = "source-nat";

/** What {@link findSourceNat} asks of a node. */
export type NatNode = Pick<NodeView, "nat" | "files" | "policy" | "ours">;

/** Looks for rules of others in the postrouting NAT hook that translate what the policy keeps. */
export async function findSourceNat({ nat, files, policy, ours }: NatNode): Promise<Report> {
  const views = await nat();
  const pods = findPodRanges(files);
  const gaps: string[] = [];
  const findings = policy.flatMap((part) => {
    const view = views.find(({ family }) => family === part.family);
    if (!view) return [];
    const sources = intervalsOf(
      part,
      pods.map(({ cidr }) => cidr),
    );
    const arePodsKnown = sources.length > 0 || part.scope.sources !== "any";
    const found = foreignRules(view, part, ours, sources.length > 0 ? { sources } : {});
    const { translations, ends } = found;
    // What could not be read is said below.
    const more = found.gaps.filter(
      (gap) => !view.unseen.some(({ what, tool }) => gap.startsWith(`${what} (${tool}) `)),
    );
    gaps.push(...more.map((gap) => `${part.family} packets that the config keeps: ${gap}`));
    return [
      ...translations.map((one) => translationFinding(one, part, arePodsKnown)),
      ...ends.map((one) => endFinding(one, part)),
    ].slice(0, MOST);
  });
  const unseen = views.flatMap(({ unseen: list }) => list.map(({ tool, what, why }) => `${what} (${tool}): ${why}`));
  return { seen: views.map(seenOf).join("; "), findings, unseen: [...new Set([...unseen, ...gaps])] };
}

export const sourceNat: Check = { name: NAME, run: findSourceNat };

/** The addresses of those CIDRs that are of a policy's family. */
function intervalsOf({ family }: FamilyPolicy, cidrs: readonly string[]): readonly Interval[] {
  return cidrs.flatMap((cidr) => readAddressBlock(family, cidr)?.values ?? []);
}

export const placeOf = ({ tool, family, table, chain }: BaseChain) =>
  tool === "nft" ? `nft ${family} ${table} ${chain}` : `${tool} ${table} ${chain}`;

/** The chains of the hook in the order in which the kernel calls them. */
function seenOf({ family, groups }: NatView): string {
  const chains = groups.map((group) => group.map(placeOf).join(" or "));
  return chains.length === 0 ? `${family}: no NAT chain` : `${family} NAT in this order: ${chains.join(", ")}`;
}

/** The rule as its tool prints it, and how packets come to it. */
function shownRule({ base, chain, rule, top }: RuleAt): readonly string[] {
  const lines = [`${placeOf(base)}: ${top.text}`];
  return top === rule ? lines : [...lines, `chain ${chain}: ${rule.text}`];
}

const list = (texts: readonly string[]): string =>
  texts.length > SHOWN ? `${texts.slice(0, SHOWN).join(", ")} and ${texts.length - SHOWN} more` : texts.join(", ");

const POSITIONS = { before: "before ours", after: "after ours", unknown: "before or after ours" } as const;

function translationFinding(
  found: ForeignTranslation,
  { family, enforceKeep }: FamilyPolicy,
  arePodsKnown: boolean,
): Finding {
  const { at, owner, treatment, position, destinations, all, conditions } = found;
  const from = formatIntervals(family, found.sources);
  // Docker's rule, for one, is about containers that are no pods.
  const isForPods = arePodsKnown || from.length > SHOWN || from.some((cidr) => cidr.endsWith("/0"));
  const certain = found.certain && isForPods;
  const who = owner?.name ?? "another program";
  const verb = treatment.kind === "masqueraded" ? "masquerade" : "translate";
  const facts = [
    `kept by the config: ${all ? `all of ${list(destinations)}` : list(destinations)}`,
    ...(isForPods ? [] : [`from: ${list(from)}; where this node's pods are is not known`]),
    ...(position ? [`position: ${POSITIONS[position]}`] : []),
    ...(conditions.length > 0 ? [`depends on: ${conditions.join(", ")}`] : []),
  ];
  const own = owner?.remedy ?? "Remove that rule.";
  const bind = "Or set enforceNonMasquerade: true, with which the agent binds these packets to their address.";
  return {
    check: NAME,
    severity: certain ? "error" : "warning",
    what: `a rule of ${who} ${certain ? `${verb}s` : `may ${verb}`} ${family} packets that the config keeps`,
    evidence: [...shownRule(at), ...facts],
    why: "The destination sees the address of the node in place of the pod's, whatever the config says.",
    remedy: enforceKeep ? own : `${own} ${bind}`,
  };
}

function endFinding({ at, owner, kind, sources, destinations }: EarlyEnd, { family }: FamilyPolicy): Finding {
  return {
    check: NAME,
    severity: "warning",
    what: `a rule of ${owner?.name ?? "another program"} ends the chain before the agent's jump, so ${family} packets pass it by`,
    evidence: [
      ...shownRule(at),
      `from: ${list(formatIntervals(family, sources))}`,
      `to: ${list(formatIntervals(family, destinations))}`,
    ],
    why:
      kind === "drop"
        ? "These packets never leave the node."
        : "These packets keep the pod's address where the agent would masquerade them, and get no answer.",
    remedy: owner?.remedy ?? "Remove that rule, or limit it to packets that are not of pods.",
  };
}

/** Entries of a family beyond which its rules are compared with others' only when asked: 55,000 take 200 MB and seconds. */
const MOST_QUICK = 10_000;

/** May others' rules be looked for beside the work, which must not wait for that? */
export const isQuicklyCompared = ({ rules }: FamilyPolicy): boolean => rules.length <= MOST_QUICK;

/** The findings of {@link findSourceNat} as warnings of other commands and of the log, a line each. */
export function formatDefeats({ findings }: Pick<Report, "findings">): readonly string[] {
  return findings.map(({ what, evidence: [rule = ""] }) => `${what}: ${rule}; ip-masq-agent doctor says more`);
}
