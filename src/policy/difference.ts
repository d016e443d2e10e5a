// Describes how the meaning changes from one policy of a family to another.
// This module is browser-compatible.
import { aggregate, type Family, formatRange, type Prefix, parseRecords } from "../core/index.ts";
import type { FamilyPolicy } from "./policy.ts";
import { diffSpaces, type SpaceChange, spaceOf } from "./space.ts";
import { describeVerdict, formatVerdict } from "./verdict.ts";

/** One change. */
export interface PolicyChange {
  /**
   * `change`: addresses get another verdict, or a setting gets another value. `add` and `remove`: an entry is added or removed
   * without changing the verdict of any address.
   */
  readonly op: "change" | "add" | "remove";
  /** One line about the addresses, the entry or the setting, and its change. */
  readonly text: string;
}

export interface DifferenceOptions {
  /** Whether the rules of the first policy correspond to entries of a config, and not to the intervals that these were cut into. */
  readonly hasEntries: boolean;
}

/** The name of the fallback. */
const EVERYTHING_ELSE = "everything else";

/** The changes: verdicts in address order, then entries, then settings. O(n). */
export function diffPolicies(
  before: FamilyPolicy,
  after: FamilyPolicy,
  { hasEntries }: DifferenceOptions,
): readonly PolicyChange[] {
  const groups = groupChanges(before, after, hasEntries);
  const owners = new Set(groups.flatMap(({ owner }) => owner?.network ?? []));
  return [
    ...groups.flatMap((group) => linesOf(group, after.family, hasEntries)),
    ...(hasEntries ? diffEntries(before, after, owners) : []),
    ...diffSettings(before, after),
  ];
}

/** Describes a policy as changes from nothing. */
export function describePolicy({ family, rules, fallback, ...settings }: FamilyPolicy): readonly PolicyChange[] {
  const entries = rules.map(({ prefix, verdict }) => `${nameOf(prefix)}: ${describeVerdict(verdict)}`);
  const set = settingsOf({ family, rules, fallback, ...settings }).filter(
    ({ values, usual }) => values.join() !== usual,
  );
  return [
    ...[...new Set(entries), `${EVERYTHING_ELSE}: ${describeVerdict(fallback)}`],
    ...set.map(({ name, values }) => `${name}: ${listed(values)}`),
  ].map((text) => ({ op: "add", text }));
}

interface Stretch {
  readonly first: bigint;
  last: bigint;
}

/** Addresses whose verdict changes in the same way because of the same entry. */
interface Group {
  /** The entry; undefined if there is none. */
  readonly owner: Prefix | undefined;
  readonly isRest: boolean;
  readonly becomes: string;
  readonly stretches: Stretch[];
}

/** The entry that causes a change: the longer one of the two that decide, which was added, removed or changed. */
function ownerOf({ before, after }: SpaceChange, hasEntries: boolean): Prefix | undefined {
  const [old, wanted] = [hasEntries ? before.rule?.prefix : undefined, after.rule?.prefix];
  return old && (!wanted || old.bits > wanted.bits) ? old : wanted;
}

function groupChanges(before: FamilyPolicy, after: FamilyPolicy, hasEntries: boolean): readonly Group[] {
  const { family } = after;
  const groups = new Map<string, Group>();
  for (const change of diffSpaces(spaceOf([before], family), spaceOf([after], family))) {
    const owner = ownerOf(change, hasEntries);
    const isRest = !change.before.rule && !change.after.rule;
    const becomes = `${describeVerdict(change.before.verdict)} → ${describeVerdict(change.after.verdict)}`;
    const key = `${owner?.network} ${isRest} ${becomes}`;
    const group = groups.get(key) ?? { owner, isRest, becomes, stretches: [] };
    groups.set(key, group);
    const previous = group.stretches.at(-1);
    if (previous && previous.last + 1n === change.first) previous.last = change.last;
    else group.stretches.push({ first: change.first, last: change.last });
  }
  const all = [...groups.values()];
  return [...all.filter(({ isRest }) => !isRest), ...all.filter(({ isRest }) => isRest)];
}

/** Up to this many parts are listed one by one if the entry that they belong to is not known. */
const MAX_PARTS = 4;

function linesOf({ owner, isRest, becomes, stretches }: Group, family: Family, hasEntries: boolean): PolicyChange[] {
  const line = (what: string): PolicyChange => ({ op: "change", text: `${what}: ${becomes}` });
  if (isRest) return [line(EVERYTHING_ELSE)];
  const sizes = stretches.map(({ first, last }) => last - first + 1n);
  const isSplit = owner && stretches.length > (hasEntries ? 1 : MAX_PARTS);
  if (isSplit) {
    const all = sizes.reduce((sum, size) => sum + size, 0n);
    return [line(`${owner.network} (${formatCount(all)} of ${formatCount(sizeOf(owner))} addresses)`)];
  }
  return stretches.map(({ first, last }, i) => {
    const name = owner && sizes[i] === sizeOf(owner) ? owner.network : formatRange(family, first, last);
    return line(`${name} (${formatAddresses(sizes[i] ?? 0n)})`);
  });
}

/** Entries that are added or removed without changing a verdict. */
function diffEntries(before: FamilyPolicy, after: FamilyPolicy, owners: ReadonlySet<string>): readonly PolicyChange[] {
  const entries = ({ rules }: FamilyPolicy) =>
    new Map(
      rules
        .filter(({ prefix }) => prefix.bits > 0 && !owners.has(prefix.network))
        .map((rule) => [`${rule.prefix.network} ${formatVerdict(rule.verdict)}`, rule]),
    );
  const [old, wanted] = [entries(before), entries(after)];
  const lines = (op: "add" | "remove", some: typeof old, others: typeof old) =>
    [...some].flatMap(([key, { prefix, verdict }]): PolicyChange[] =>
      others.has(key) ? [] : [{ op, text: `${prefix.network}: ${describeVerdict(verdict)}; no verdict changes` }],
    );
  return [...lines("remove", old, wanted), ...lines("add", wanted, old)];
}

/** How many values of a list are shown; the others are counted. */
const MAX_VALUES = 3;

function listed(values: readonly string[]): string {
  if (values.length === 0) return "none";
  const more = values.length - MAX_VALUES;
  return more > 0 ? `${values.slice(0, MAX_VALUES).join(", ")} and ${more} more` : values.join(", ");
}

interface Setting {
  readonly name: string;
  readonly values: readonly string[];
  /** The default value, which is not mentioned. */
  readonly usual: string;
}

function settingsOf({ scope, ports, randomFully, enforceKeep }: FamilyPolicy): readonly Setting[] {
  const { sources, outputInterfaces } = scope;
  const ranges = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const yesNo = (is: boolean) => (is ? "yes" : "no");
  return [
    { name: "source addresses", values: sources === "any" ? ["any"] : sourceRanges(sources), usual: "any" },
    { name: "output interfaces", values: outputInterfaces === "any" ? ["any"] : outputInterfaces, usual: "any" },
    { name: "source ports", values: ranges.length === 0 ? ["any"] : ranges, usual: "any" },
    { name: "source ports chosen at random", values: [yesNo(randomFully)], usual: "yes" },
    { name: "kept packets bound to their address", values: [yesNo(enforceKeep)], usual: "no" },
  ];
}

/** The ranges without those inside others, as they are in the kernel. */
function sourceRanges(sources: readonly Prefix[]): readonly string[] {
  if (sources.some(({ bits }) => bits === 0)) return ["any"];
  const records = parseRecords(
    sources.map(({ network }) => network),
    "prefix",
  );
  const { length, network } = aggregate(records);
  return Array.from({ length }, (_, i) => network(i));
}

/** The changes of settings: the scope, the source ports, and enforcement. */
export function diffSettings(before: FamilyPolicy, after: FamilyPolicy): readonly PolicyChange[] {
  const old = settingsOf(before);
  return settingsOf(after).flatMap(({ name, values }, i): PolicyChange[] => {
    const were = old[i]?.values ?? [];
    if (were.join() === values.join()) return [];
    const [from, to] = [listed(were), listed(values)];
    return [{ op: "change", text: from === to ? `${name}: ${to}, some of which change` : `${name}: ${from} → ${to}` }];
  });
}

const sizeOf = ({ family, bits }: Prefix): bigint => 1n << BigInt((family === "ipv4" ? 32 : 128) - bits);

const nameOf = (prefix: Prefix) => `${prefix.network} (${formatAddresses(sizeOf(prefix))})`;

/** From this size on, a count is shown as a power of two. */
const LARGE = 1n << 40n;

function formatCount(count: bigint): string {
  if (count < LARGE) return `${count}`.replace(/\B(?=(\d{3})+$)/g, ",");
  const exponent = count.toString(2).length - 1;
  return count === 1n << BigInt(exponent) ? `2^${exponent}` : `over 2^${exponent}`;
}

const formatAddresses = (count: bigint) => `${formatCount(count)} address${count === 1n ? "" : "es"}`;
