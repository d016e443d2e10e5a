// Merges the files of a config, and reports the problems of the whole.
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
import type { ListKey } from "./fields.ts";
import { readInterfaces } from "./interfaces.ts";
import { DEFAULT_CIDRS, RESERVED_CIDRS } from "./keys.ts";
import { reportLength, reportProduct } from "./lengths.ts";
import { checkCovered, checkDecisions, KEPT, type ListedCidr, MASQUERADED } from "./lists.ts";
import type { Config, Destination, ReadOptions, SnatRule, Unsupported } from "./model.ts";
import { mergeScalars, type Scalars } from "./scalars.ts";
import { readSnat } from "./snat.ts";
import { type Draft, entriesOf, isGiven } from "./source.ts";

/** A parsed entry with its position. */
interface Listed {
  readonly raw: RawCidr;
  readonly prefix: Prefix;
}

/** The config that the files form. It is meaningful only if no error was reported. */
export function mergeDrafts(drafts: readonly Draft[], options: ReadOptions): Config {
  reportUnsupported(drafts, options.unsupported ?? {});
  const scalars = mergeScalars(drafts);
  const { ipv6 } = options;
  const read = (key: Exclude<ListKey, "outputInterfaces">) => readListed(entriesOf(drafts, key), ipv6);
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
  // Only if all entries are valid: a bad one may be the one that another lies in.
  if (kept && masqueraded) checkDecisions(decisions, [...linkLocal(scalars), ...defaults.map(({ prefix }) => prefix)]);
  if (sources) checkSources(sources, ipv6);
  if (sources?.length === 0 && scalars.enforceNonMasquerade) warnOfUnlimited(drafts);
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

function reportUnsupported(drafts: readonly Draft[], unsupported: Unsupported): void {
  for (const { fields, report } of drafts) {
    for (const [key, { keySpan, value }] of fields) {
      const why = unsupported[key];
      const isEmpty =
        value.kind === "scalar"
          ? value.value === null || value.value === false
          : value.kind === "list" && value.items.length === 0;
      if (why && !isEmpty)
        report("error", "key-unsupported", keySpan, `${key} is not supported here: ${why}`, "remove it");
    }
  }
}

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
        const message = `${entry.text} is an ${nameOf(prefix.family)} prefix, but ${formatAddressRange(range)} is not`;
        entry.report("error", "family-mismatch", entry.span, message, "write a separate snat entry for each family");
      }
      const { file, line, column } = to.raw;
      return [{ to: range, origin: { file, line, column }, destinations }];
    }),
  );
}

const nameOf = (family: Family) => (family === "ipv4" ? "IPv4" : "IPv6");

/** Warns of source ranges inside others, and if all are of one family although the agent maintains both. */
function checkSources(sources: readonly Listed[], ipv6: boolean): void {
  checkCovered(sources);
  const families = new Set(sources.map(({ prefix }) => prefix.family));
  const [first] = sources;
  if (!ipv6 || !first || families.size > 1) return;
  const missing = families.has("ipv4") ? "ipv6" : "ipv4";
  const message = `sourceCIDRs has no ${nameOf(missing)} range, so no ${nameOf(missing)} packets are masqueraded`;
  first.raw.report(
    "warning",
    "source-family-missing",
    first.raw.span,
    message,
    `add the pods' ${nameOf(missing)} range`,
  );
}

/** Warns that connections from all sources are bound. */
function warnOfUnlimited(drafts: readonly Draft[]): void {
  const owner = drafts.find(isGiven("enforceNonMasquerade"));
  const at = owner?.fields.get("enforceNonMasquerade");
  if (!owner || !at) return;
  const message =
    "without sourceCIDRs, enforceNonMasquerade binds connections from every source, including the node itself and other bridges";
  owner.report("warning", "enforce-unlimited", at.keySpan, message, "set sourceCIDRs to the pods' ranges");
}

function defaultDestinations({ reservedRanges }: ReadOptions): readonly Destination[] {
  const list = [...DEFAULT_CIDRS, ...(reservedRanges ? RESERVED_CIDRS : [])];
  return prefixesOf(list).map((prefix, i) => ({ prefix, text: list[i] ?? "", origin: undefined, span: undefined }));
}

function linkLocal({ masqLinkLocal, masqLinkLocalIPv6 }: Scalars): readonly Prefix[] {
  return prefixesOf([
    ...(masqLinkLocal ? [] : [LINK_LOCAL_CIDRS.ipv4]),
    ...(masqLinkLocalIPv6 ? [] : [LINK_LOCAL_CIDRS.ipv6]),
  ]);
}

const prefixesOf = (texts: readonly string[]): Prefix[] =>
  parsePrefixes(texts).read.filter((one): one is Prefix => one.ok);
