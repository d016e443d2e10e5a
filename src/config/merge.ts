// What the files of a config say, put together: the config, with all that is wrong with the whole of it reported.
// This module is browser-compatible.
import {
  type AddressRange,
  type Family,
  formatAddressRange,
  LINK_LOCAL_CIDRS,
  type Prefix,
  parsePrefixes,
} from "../core/index.ts";
import { type RawCidr, readCidrs } from "./cidr.ts";
import { parseDuration } from "./duration.ts";
import type { ListKey } from "./fields.ts";
import { checkInterfaceName } from "./interface-name.ts";
import { intervalOf } from "./interval.ts";
import { type ConfigKey, DEFAULT_CIDRS, RESERVED_CIDRS } from "./keys.ts";
import { MAX_TRANSLATED_RULES } from "./limits.ts";
import { checkCovered, checkDecisions, KEPT, type ListedCidr, MASQUERADED, placeOf } from "./lists.ts";
import type { Config, Destination, OutputInterface, ReadOptions, SnatRule, Unsupported } from "./model.ts";
import { readSnat } from "./snat.ts";
import type { Draft } from "./source.ts";

const SCALAR_KEYS = ["cidrLimit", "masqLinkLocal", "masqLinkLocalIPv6", "resyncInterval"] as const;
type ScalarKey = (typeof SCALAR_KEYS)[number];

/** An entry that has been read, and where it stands. */
interface Listed {
  readonly raw: RawCidr;
  readonly prefix: Prefix;
}

/** The config that the files make up. It means something only if nothing was reported as an error. */
export function mergeDrafts(drafts: readonly Draft[], options: ReadOptions): Config {
  reportUnsupported(drafts, options.unsupported ?? {});
  const scalars = mergeScalars(drafts);
  const { ipv6 } = options;
  const read = (key: Exclude<ListKey, "outputInterfaces">) => readListed(rawOf(drafts, key), ipv6);
  const [kept, masqueraded, sources] = [read("nonMasqueradeCIDRs"), read("masqueradeCIDRs"), read("sourceCIDRs")];
  const snat = readSnats(drafts, ipv6);
  const given = drafts.some(isGiven("nonMasqueradeCIDRs"));
  const defaults = given ? [] : defaultDestinations(options);
  if (!options.anyLength) reportLength(drafts, defaults.length, scalars.cidrLimit);

  const listed = (list: readonly Listed[], verdict: string): ListedCidr[] => list.map((one) => ({ ...one, verdict }));
  const decisions = [
    ...listed(kept ?? [], KEPT),
    ...listed(masqueraded ?? [], MASQUERADED),
    ...snat.flatMap(({ to, destinations }) => listed(destinations, `translated to ${formatAddressRange(to)}`)),
  ];
  // One entry that cannot be read may be the one that another lies in.
  if (kept && masqueraded) checkDecisions(decisions, [...linkLocal(scalars), ...defaults.map(({ prefix }) => prefix)]);
  if (sources) checkSources(sources, ipv6);
  const interfaces = readInterfaces(drafts);
  const translated = decisions.filter(({ verdict }) => verdict !== KEPT).length + 1;
  reportProduct(drafts, [translated, Math.max(1, sources?.length ?? 1), Math.max(1, interfaces.length)]);
  return {
    nonMasqueradeCIDRs: given ? (kept ?? []).map(toDestination) : defaults,
    masqueradeCIDRs: (masqueraded ?? []).map(toDestination),
    sourceCIDRs: (sources ?? []).map(toDestination),
    outputInterfaces: interfaces,
    snat: snat.map(({ to, origin, destinations }): SnatRule => {
      return { destinations: destinations.map(toDestination), to, origin };
    }),
    ...scalars,
  };
}

const isGiven = (key: ConfigKey) => (draft: Draft) => draft.fields.has(key) && !draft.values.broken.has(key);

function reportUnsupported(drafts: readonly Draft[], unsupported: Unsupported): void {
  for (const { fields, report } of drafts) {
    for (const [key, { keySpan, value }] of fields) {
      const why = unsupported[key];
      const isEmpty =
        value.kind === "scalar" ? value.value === null : value.kind === "list" && value.items.length === 0;
      if (why && !isEmpty)
        report("error", "key-unsupported", keySpan, `${key} cannot be kept here: ${why}`, "remove it");
    }
  }
}

/** The scalars of all files with their defaults. A key that has different values in two of them is an error. */
function mergeScalars(drafts: readonly Draft[]): Pick<Config, ScalarKey> {
  const owners = new Map<ScalarKey, Draft>();
  for (const key of SCALAR_KEYS) {
    for (const draft of drafts.filter(isGiven(key))) {
      const first = owners.get(key);
      if (!first) owners.set(key, draft);
      else if (comparable(key, draft) !== comparable(key, first)) reportContradiction(key, draft, first);
    }
  }
  const value = <K extends ScalarKey>(key: K, fallback: Draft["values"]["scalars"][K]) =>
    owners.get(key)?.values.scalars[key] ?? fallback;
  const interval = owners.get("resyncInterval");
  return {
    cidrLimit: value("cidrLimit", 64),
    masqLinkLocal: value("masqLinkLocal", false),
    masqLinkLocalIPv6: value("masqLinkLocalIPv6", false),
    resyncInterval: intervalOf(
      value("resyncInterval", "60s"),
      interval?.fields.get("resyncInterval"),
      interval?.report ?? (() => {}),
    ),
  };
}

/** A value in a form in which equal ones are equal: 60s and 1m are. */
function comparable(key: ScalarKey, { values }: Draft): unknown {
  const value = values.scalars[key];
  const duration = key === "resyncInterval" ? parseDuration(String(value)) : undefined;
  return duration?.ok ? duration.ns : value;
}

function reportContradiction(key: ScalarKey, draft: Draft, first: Draft): void {
  const at = draft.fields.get(key);
  const other = first.fields.get(key);
  if (!at || !other) return;
  const place = placeOf(first.entryOf({ value: "", span: other.value.span }), draft);
  const message = `${key} is ${String(draft.values.scalars[key])} here and ${String(first.values.scalars[key])} on ${place}`;
  draft.report("error", "key-conflict", at.value.span, message, "set it in one of the files, or to the same value");
}

const rawOf = (drafts: readonly Draft[], key: ListKey): readonly RawCidr[] =>
  drafts.flatMap(({ values, entryOf }) => values.items[key].map(entryOf));

function readListed(raw: readonly RawCidr[], ipv6: boolean): readonly Listed[] | undefined {
  return readCidrs(raw, ipv6)?.map((prefix, i): Listed => ({ raw: raw[i] as RawCidr, prefix }));
}

function toDestination({ raw: { text, span, file, line, column }, prefix }: Listed): Destination {
  return { prefix, text, origin: { file, line, column }, span };
}

interface ReadSnat {
  readonly to: AddressRange;
  readonly origin: Destination["origin"];
  readonly destinations: readonly Listed[];
}

function readSnats(drafts: readonly Draft[], ipv6: boolean): readonly ReadSnat[] {
  return drafts.flatMap(({ values, report, entryOf }) =>
    values.snat.flatMap((node): ReadSnat[] => {
      const { destinations: raw, to } = readSnat(node, { ipv6, report, entryOf });
      const destinations = readListed(raw, ipv6);
      if (!destinations || !to) return [];
      const { range } = to;
      for (const { raw: entry, prefix } of destinations) {
        if (prefix.family === range.family) continue;
        const message = `${entry.text} is an ${nameOf(prefix.family)} prefix, and ${formatAddressRange(range)} is not`;
        entry.report("error", "family-mismatch", entry.span, message, "write an entry of snat for each family");
      }
      const { file, line, column } = to.raw;
      return [{ to: range, origin: { file, line, column }, destinations }];
    }),
  );
}

const nameOf = (family: Family) => (family === "ipv4" ? "IPv4" : "IPv6");

/** Names of several files unite: the same name again, or one that a wildcard stands for, changes nothing. */
function readInterfaces(drafts: readonly Draft[]): readonly OutputInterface[] {
  const listed = rawOf(drafts, "outputInterfaces").filter(({ text, span, report }) => {
    const problem = checkInterfaceName(text);
    if (problem) report("error", "interface-syntax", span, problem.message, problem.hint);
    return problem === undefined;
  });
  const first = new Map<string, RawCidr>();
  for (const entry of listed) if (!first.has(entry.text)) first.set(entry.text, entry);
  return listed.flatMap((entry): OutputInterface[] => {
    const { text: name, span, file, line, column, report } = entry;
    // A name has 15 characters at most, and so few beginnings that a wildcard may stand for.
    const beginnings = Array.from({ length: name.length }, (_, i) => `${name.slice(0, i)}*`);
    const outer = [name, ...beginnings].map((one) => first.get(one)).find((one) => one && one !== entry);
    if (!outer) return [{ name, origin: { file, line, column } }];
    const message = `${name} is listed already${outer.text === name ? "" : ` as ${outer.text}`}, on ${placeOf(outer, entry)}`;
    report("warning", "interface-duplicate", span, message, "remove it");
    return [];
  });
}

/** Warns of source ranges inside others, and if all of them are of one family while the agent keeps two. */
function checkSources(sources: readonly Listed[], ipv6: boolean): void {
  checkCovered(sources);
  const families = new Set(sources.map(({ prefix }) => prefix.family));
  const [first] = sources;
  if (!ipv6 || !first || families.size > 1) return;
  const missing = families.has("ipv4") ? "ipv6" : "ipv4";
  const message = `sourceCIDRs has no ${nameOf(missing)} range, so that no ${nameOf(missing)} packet is masqueraded`;
  first.raw.report(
    "warning",
    "source-family-missing",
    first.raw.span,
    message,
    `add the pods' ${nameOf(missing)} range`,
  );
}

/** Reports lists that are short each, and together make more rules than a node can keep. */
function reportProduct(
  drafts: readonly Draft[],
  factors: readonly [translated: number, sources: number, interfaces: number],
): void {
  const rules = factors.reduce((product, factor) => product * factor, 1);
  const [translated, sources, interfaces] = factors;
  if (rules <= MAX_TRANSLATED_RULES || sources * interfaces === 1) return;
  const owner = drafts.find(({ fields }) => fields.has("sourceCIDRs") || fields.has("outputInterfaces"));
  const at = owner?.fields.get("sourceCIDRs") ?? owner?.fields.get("outputInterfaces");
  if (!owner || !at) return;
  const counts = `${translated} destinations for each of ${sources} sources and ${interfaces} interfaces`;
  const message = `${counts} make ${rules} rules, more than ${MAX_TRANSLATED_RULES}`;
  owner.report("error", "limit-exceeded", at.keySpan, message, "name fewer and larger ranges, or a wildcard");
}

function reportLength(drafts: readonly Draft[], defaults: number, cidrLimit: number): void {
  if (drafts.some(({ values }) => values.broken.has("cidrLimit"))) return;
  const lengthOf = (key: "nonMasqueradeCIDRs" | "masqueradeCIDRs") => {
    const lists = drafts.map(({ fields }) => fields.get(key)?.value);
    return lists.reduce((sum, list) => sum + (list?.kind === "list" ? list.items.length : 0), 0);
  };
  const counts = { nonMasqueradeCIDRs: lengthOf("nonMasqueradeCIDRs"), masqueradeCIDRs: lengthOf("masqueradeCIDRs") };
  const count = counts.nonMasqueradeCIDRs + counts.masqueradeCIDRs + defaults;
  if (count <= cidrLimit) return;
  const keys = (["nonMasqueradeCIDRs", "masqueradeCIDRs"] as const).filter((key) => counts[key] > 0);
  const names = [...(defaults > 0 ? ["the default list"] : []), ...keys].join(" and ");
  const owner = drafts.find(({ fields }) => keys.some((key) => fields.has(key))) ?? drafts.find(isGiven("cidrLimit"));
  const at = keys.map((key) => owner?.fields.get(key)).find(Boolean) ?? owner?.fields.get("cidrLimit");
  const has = `${names} ${keys.length + (defaults > 0 ? 1 : 0) > 1 ? "have" : "has"} ${count} entries`;
  const hint = `raise cidrLimit to ${count} or more, or merge entries`;
  owner?.report(
    "error",
    "limit-exceeded",
    at?.keySpan ?? { start: 0, end: 0 },
    `${has}, and cidrLimit is ${cidrLimit}`,
    hint,
  );
}

function defaultDestinations({ reservedRanges }: ReadOptions): readonly Destination[] {
  const list = [...DEFAULT_CIDRS, ...(reservedRanges ? RESERVED_CIDRS : [])];
  return prefixesOf(list).map((prefix, i) => ({ prefix, text: list[i] ?? "", origin: undefined, span: undefined }));
}

function linkLocal({ masqLinkLocal, masqLinkLocalIPv6 }: Pick<Config, ScalarKey>): readonly Prefix[] {
  return prefixesOf([
    ...(masqLinkLocal ? [] : [LINK_LOCAL_CIDRS.ipv4]),
    ...(masqLinkLocalIPv6 ? [] : [LINK_LOCAL_CIDRS.ipv6]),
  ]);
}

const prefixesOf = (texts: readonly string[]): Prefix[] =>
  parsePrefixes(texts).read.filter((one): one is Prefix => one.ok);
