// Finds rules of other programs that translate packets which the policy keeps.
// This module is browser-compatible.
import { formatIntervals, type Interval } from "../core/index.ts";
import { type FamilyPolicy, spaceOf } from "../policy/index.ts";
import { MULTICAST, prefixOf, readAddresses } from "./addresses.ts";
import { type Intervals, intersect, normalize, subtract, unite } from "./intervals.ts";
import type { NatView } from "./model.ts";
import type { Ending, Leave, RuleAt, Treatment } from "./outcome.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { walk } from "./walk.ts";

/** How our own rules are recognized. */
export interface Ours {
  /** The chain in table nat of iptables. */
  readonly chain: string;
  /** The table of nftables. */
  readonly table: string;
}

/** Whether a rule runs before ours or after them; unknown if the kernel may call either chain first. */
export type Position = "before" | "after" | "unknown";

/** A rule of another program that translates packets to destinations which the policy keeps. */
export interface ForeignTranslation {
  readonly at: RuleAt;
  readonly owner: Owner | undefined;
  readonly treatment: Treatment;
  /** Undefined if our rules are not on the node. */
  readonly position: Position | undefined;
  /** The part of each kept CIDR that it affects, in the order of the policy: the CIDR itself if it affects all of it. */
  readonly destinations: readonly string[];
  /** Whether it affects everything that the policy keeps. */
  readonly all: boolean;
  /** The sources of the packets that it translates. */
  readonly sources: Intervals;
  /** Other conditions on the packet, such as its output interface or its protocol. */
  readonly conditions: readonly string[];
  /** False if it depends on matches that are not interpreted. */
  readonly certain: boolean;
}

/** A rule that stops packets before our jump, although the policy translates them. */
export interface EarlyEnd {
  readonly at: RuleAt;
  readonly owner: Owner | undefined;
  readonly kind: "accept" | "return" | "drop";
  readonly sources: Intervals;
  readonly destinations: Intervals;
}

export interface ForeignRules {
  readonly translations: readonly ForeignTranslation[];
  readonly ends: readonly EarlyEnd[];
  /** Why the result may be incomplete: parts that could not be read, targets that are not interpreted, too many rules. */
  readonly gaps: readonly string[];
}

/** The packets to look for. */
export interface PodTraffic {
  /** The pods' addresses, in any order. By default the policy's sources, or all addresses that are not the node's. */
  readonly sources?: Intervals | undefined;
}

/**
 * Finds the rules of other programs that translate packets from pods to kept destinations, and those that end the hook's chain
 * before our jump. The packets have no mark and no service has translated them, so they do not include those that kube-proxy
 * marks.
 */
export function foreignRules(view: NatView, policy: FamilyPolicy, ours: Ours, pods: PodTraffic = {}): ForeignRules {
  const { kept, translated } = destinationsOf(policy);
  const local = view.localAddresses ?? [];
  const known = pods.sources && normalize(pods.sources);
  const source = subtract(known ?? sourcesOf(policy) ?? everything(policy), local);
  const outputInterface = policy.scope.outputInterfaces === "any" ? undefined : policy.scope.outputInterfaces;
  const walkTo = (destination: Intervals): readonly [readonly Ending[], readonly Leave[]] => {
    const others = subtract(destination, local);
    if (source.length === 0 || others.length === 0) return [[], []];
    const { endings, leaves } = walk(view, { source, destination: others, outputInterface });
    return [endings, leaves];
  };
  const place = findOurs(view, ours);
  const exempt = exemptOf(policy, subtract(kept, local));
  const [endings] = walkTo(kept);
  const foreign = endings.filter(
    ({ at, treatment: { kind } }) => at && !isOurs(at, ours) && (kind === "masqueraded" || kind === "translated"),
  );
  const [rest, leaves] = walkTo(subtract(translated, [MULTICAST[policy.family]]));
  return {
    translations: byRule(foreign).map((same) => translationOf(same, view, exempt, place)),
    ends: endsOf(leaves, rest, ours, place),
    gaps: [...new Set(endings.flatMap(({ treatment }) => (treatment.kind === "unknown" ? [treatment.why] : [])))],
  };
}

const everything = ({ family }: FamilyPolicy): Intervals => [
  { first: 0n, last: (1n << (family === "ipv4" ? 32n : 128n)) - 1n },
];

/** The destinations that a policy keeps, and those that it translates. */
function destinationsOf(policy: FamilyPolicy): { kept: Intervals; translated: Intervals } {
  const { segments, at } = spaceOf([policy], policy.family);
  const kept: Interval[] = [];
  const translated: Interval[] = [];
  for (let i = 0; i < segments.length; i++) {
    (at(i).verdict.kind === "keep" ? kept : translated).push({ first: segments.first(i), last: segments.last(i) });
  }
  return { kept: normalize(kept), translated: normalize(translated) };
}

function sourcesOf({ family, scope }: FamilyPolicy): Intervals | undefined {
  return scope.sources === "any" ? undefined : prefixIntervals(family, scope.sources);
}

function prefixIntervals(
  family: FamilyPolicy["family"],
  prefixes: readonly { readonly network: string; readonly bits: number }[],
): Intervals {
  return normalize(eachPrefix(family, prefixes).filter((one) => one !== undefined));
}

/** The interval of each prefix; undefined for one of the other family. */
function eachPrefix(
  family: FamilyPolicy["family"],
  prefixes: readonly { readonly network: string; readonly bits: number }[],
): readonly (Interval | undefined)[] {
  const addresses = readAddresses(
    family,
    prefixes.map(({ network }) => network.replace(/\/.*/, "")),
  );
  return prefixes.map(({ bits }, i) => {
    const address = addresses[i];
    return address === undefined ? undefined : prefixOf(family, address, bits);
  });
}

/** Whether a rule is in our chain or our table, or jumps to our chain. */
export function isOurs({ base, chain, top, rule }: RuleAt, ours: Ours): boolean {
  if (base.tool === "nft") return base.table === ours.table;
  return (
    chain === ours.chain ||
    [top, rule].some(({ steps }) => steps.some((step) => "chain" in step && step.chain === ours.chain))
  );
}

/** The position of our rules: the group of chains, and the number of our jump in its base chain. */
interface OurPlace {
  readonly group: number;
  readonly base: RuleAt["base"];
  readonly number: number;
}

/** The last position of our rules, because a kept packet goes on to it from the earlier ones. */
function findOurs({ groups }: NatView, ours: Ours): OurPlace | undefined {
  let found: OurPlace | undefined;
  for (const [group, bases] of groups.entries()) {
    for (const base of bases) {
      if (base.tool === "nft" && base.table === ours.table) found = { group, base, number: 0 };
      const jump = base.rules.find(({ steps }) => steps.some((step) => "chain" in step && step.chain === ours.chain));
      if (base.tool !== "nft" && jump) found = { group, base, number: jump.number };
    }
  }
  return found;
}

function byRule(endings: readonly Ending[]): readonly (readonly Ending[])[] {
  const groups = new Map<unknown, Ending[]>();
  for (const ending of endings) {
    const same = groups.get(ending.at?.rule) ?? [];
    same.push(ending);
    groups.set(ending.at?.rule, same);
  }
  return [...groups.values()];
}

/** A CIDR that the policy keeps, and what of it is kept and not the node's. */
interface Exempt {
  readonly cidr: string;
  readonly kept: Intervals;
}

function exemptOf({ family, rules }: FamilyPolicy, kept: Intervals): readonly Exempt[] {
  const keeps = rules.filter(({ verdict }) => verdict.kind === "keep").map(({ prefix }) => prefix);
  const intervals = eachPrefix(family, keeps);
  return keeps.map(({ network }, i) => {
    const interval = intervals[i];
    return { cidr: network, kept: interval ? intersect([interval], kept) : [] };
  });
}

function translationOf(
  endings: readonly Ending[],
  view: NatView,
  exempt: readonly Exempt[],
  place: OurPlace | undefined,
): ForeignTranslation {
  const [first] = endings;
  if (!first?.at) throw new Error("an ending without a rule");
  const { at, treatment } = first;
  const region = endings.reduce<Intervals>((all, { destination }) => unite(all, destination), []);
  const parts = exempt.map(({ cidr, kept }) => {
    const isWhole = subtract(kept, region).length === 0;
    return { isWhole, names: isWhole ? [cidr] : formatIntervals(view.family, intersect(kept, region)) };
  });
  const undecided = endings.flatMap((one) => one.undecided);
  const conditions = undecided
    .filter(({ kind, about }) => kind === "field" && about !== "source" && about !== "destination")
    .map(({ about }) => about);
  return {
    at,
    owner: ownerOf(at),
    treatment,
    position: place && positionOf(at, view, place),
    destinations: parts.flatMap(({ names }) => names),
    all: parts.every(({ isWhole }) => isWhole),
    sources: endings.reduce<Intervals>((all, { source }) => unite(all, source), []),
    conditions: [...new Set(conditions)],
    certain: endings.some((one) => one.undecided.every(({ kind }) => kind === "field")),
  };
}

function positionOf({ base, top }: RuleAt, { groups }: NatView, place: OurPlace): Position {
  if (base === place.base) return top.number < place.number ? "before" : "after";
  const group = groups.findIndex((bases) => bases.includes(base));
  if (group === place.group) return "unknown";
  return group < place.group ? "before" : "after";
}

function endsOf(
  leaves: readonly Leave[],
  endings: readonly Ending[],
  ours: Ours,
  place: OurPlace | undefined,
): readonly EarlyEnd[] {
  if (!place) return [];
  const isBefore = (at: RuleAt) => at.base === place.base && at.top.number < place.number && !isOurs(at, ours);
  const drops = endings.flatMap(({ at, treatment, source, destination }) =>
    at && treatment.kind === "dropped" ? [{ at, source, destination, kind: "drop" as const }] : [],
  );
  const left = leaves.map((leave) => {
    const accepts = leave.at.rule.steps.some((step) => step.kind === "accept");
    return { ...leave, kind: accepts ? ("accept" as const) : ("return" as const) };
  });
  const ends = new Map<unknown, EarlyEnd>();
  for (const { at, source, destination, kind } of [...left, ...drops]) {
    if (!isBefore(at)) continue;
    const before = ends.get(at.rule);
    ends.set(at.rule, {
      at,
      owner: ownerOf(at),
      kind,
      sources: unite(before?.sources ?? [], source),
      destinations: unite(before?.destinations ?? [], destination),
    });
  }
  return [...ends.values()];
}
