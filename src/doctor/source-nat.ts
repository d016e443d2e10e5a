// Checks which other programs translate source addresses on this node, and whether they override what the config keeps.
import { FAMILY_NAMES } from "../backends/index.ts";
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

/** How many findings of a family are reported: more than this usually have the same cause. */
const MAX_FINDINGS = 10;

/** How many CIDRs a line shows. */
const MAX_SHOWN = 5;

const NAME = "source-nat";

/** The part of a node that {@link findSourceNat} reads. */
type NatNode = Pick<NodeView, "nat" | "files" | "policy" | "ours">;

/** Finds rules of other programs in the postrouting NAT hook that translate what the policy keeps. */
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
    // What could not be read is reported below.
    const more = found.gaps.filter(
      (gap) => !view.unseen.some(({ what, tool }) => gap.startsWith(`${what} (${tool}) `)),
    );
    gaps.push(...more.map((gap) => `${FAMILY_NAMES[part.family]} packets that the config keeps: ${gap}`));
    return [
      ...translations.map((one) => translationFinding(one, part, arePodsKnown)),
      ...ends.map((one) => endFinding(one, part)),
    ].slice(0, MAX_FINDINGS);
  });
  const unseen = views.flatMap(({ unseen: list }) => list.map(({ tool, what, why }) => `${what} (${tool}): ${why}`));
  return { seen: views.map(seenOf).join("; "), findings, unseen: [...new Set([...unseen, ...gaps])] };
}

export const sourceNat: Check = { name: NAME, run: findSourceNat };

/** The addresses of those CIDRs that are in a policy's family. */
function intervalsOf({ family }: FamilyPolicy, cidrs: readonly string[]): readonly Interval[] {
  return cidrs.flatMap((cidr) => readAddressBlock(family, cidr)?.values ?? []);
}

export const placeOf = ({ tool, family, table, chain }: BaseChain) =>
  tool === "nft" ? `nft ${family} ${table} ${chain}` : `${tool} ${table} ${chain}`;

/** The chains of the hook in the order in which the kernel calls them. */
function seenOf({ family, groups }: NatView): string {
  const chains = groups.map((group) => group.map(placeOf).join(" or "));
  const name = FAMILY_NAMES[family];
  return chains.length === 0 ? `${name}: no NAT chain` : `${name} NAT in this order: ${chains.join(", ")}`;
}

/** The rule as its tool prints it, preceded by the rule through which packets reach it. */
function shownRule({ base, chain, rule, top }: RuleAt): readonly string[] {
  const lines = [`${placeOf(base)}: ${top.text}`];
  return top === rule ? lines : [...lines, `chain ${chain}: ${rule.text}`];
}

const list = (texts: readonly string[]): string =>
  texts.length > MAX_SHOWN
    ? `${texts.slice(0, MAX_SHOWN).join(", ")} and ${texts.length - MAX_SHOWN} more`
    : texts.join(", ");

const POSITIONS = {
  before: "before the agent's rules",
  after: "after the agent's rules",
  unknown: "before or after the agent's rules",
} as const;

function translationFinding(
  found: ForeignTranslation,
  { family, enforceKeep }: FamilyPolicy,
  arePodsKnown: boolean,
): Finding {
  const { at, owner, treatment, position, destinations, all, conditions } = found;
  const from = formatIntervals(family, found.sources);
  // Docker's rule, for example, is for containers that are not pods.
  const isForPods = arePodsKnown || from.length > MAX_SHOWN || from.some((cidr) => cidr.endsWith("/0"));
  const certain = found.certain && isForPods;
  const who = owner?.name ?? "another program";
  const verb = treatment.kind === "masqueraded" ? "masquerade" : "translate";
  const facts = [
    `kept by the config: ${all ? `all of ${list(destinations)}` : list(destinations)}`,
    ...(isForPods ? [] : [`from: ${list(from)}; the addresses of this node's pods are unknown`]),
    ...(position ? [`position: ${POSITIONS[position]}`] : []),
    ...(conditions.length > 0 ? [`depends on: ${conditions.join(", ")}`] : []),
  ];
  const own = owner?.remedy ?? "Remove that rule.";
  const bind = "Or set enforceNonMasquerade: true, so that the agent binds these packets to their address.";
  return {
    check: NAME,
    severity: certain ? "error" : "warning",
    what: `a rule of ${who} ${certain ? `${verb}s` : `may ${verb}`} ${FAMILY_NAMES[family]} packets that the config keeps`,
    evidence: [...shownRule(at), ...facts],
    why: "The destination sees the address of the node instead of the pod's, whatever the config says.",
    remedy: enforceKeep ? own : `${own} ${bind}`,
  };
}

function endFinding({ at, owner, kind, sources, destinations }: EarlyEnd, { family }: FamilyPolicy): Finding {
  return {
    check: NAME,
    severity: "warning",
    what: `a rule of ${owner?.name ?? "another program"} ends the chain before the agent's jump, so ${FAMILY_NAMES[family]} packets do not reach the jump`,
    evidence: [
      ...shownRule(at),
      `from: ${list(formatIntervals(family, sources))}`,
      `to: ${list(formatIntervals(family, destinations))}`,
    ],
    why:
      kind === "drop"
        ? "These packets never leave the node."
        : "These packets keep the pod's address although the agent would masquerade them, and get no reply.",
    remedy: owner?.remedy ?? "Remove that rule, or limit it to packets that are not from pods.",
  };
}
