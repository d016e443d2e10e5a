// The lists of destinations together: entries that contradict each other, and entries that change nothing.
// This module is browser-compatible.
import { findCovers, type Prefix, parseRecords } from "../core/index.ts";
import type { RawCidr } from "./cidr.ts";
import { printableName } from "./printable.ts";

/** A good entry, and what happens to packets to it. */
export interface ListedCidr {
  readonly raw: RawCidr;
  readonly prefix: Prefix;
  /** Equal texts for equal verdicts: `kept`, `masqueraded`, `translated to 203.0.113.5`. */
  readonly verdict: string;
}

/** A range that is kept although no list names it. */
export const KEPT = "kept";
export const MASQUERADED = "masqueraded";

/** How a message about `entry` names the place of `other`. */
export function placeOf(other: Pick<RawCidr, "file" | "line">, entry: Pick<RawCidr, "file">): string {
  return other.file === entry.file ? `line ${other.line}` : `line ${other.line} of ${printableName(other.file)}`;
}

/**
 * Reports an entry that is named twice with different verdicts as an error, and one that changes nothing as a warning.
 *
 * @param implied ranges that are kept without being named
 */
export function checkDecisions(entries: readonly ListedCidr[], implied: readonly Prefix[]): void {
  const named = new Set(entries.map(({ prefix }) => prefix.network));
  // Without an entry that names an implied range it would be kept.
  const impliedNetworks = new Set(implied.map(({ network }) => network));
  const unnamed = implied.filter(({ network }) => !named.has(network));
  const networks = [...unnamed.map(({ network }) => network), ...entries.map(({ prefix }) => prefix.network)];
  const covers = findCovers(parseRecords(networks, "prefix"));
  for (const [i, entry] of entries.entries()) {
    const cover = covers[unnamed.length + i] ?? -1;
    const outer = entries[cover - unnamed.length];
    // What no entry contains is kept by an implied range, or masqueraded.
    if (outer) reportPair(entry, outer);
    else if (cover < 0 && entry.verdict === MASQUERADED && !impliedNetworks.has(entry.prefix.network)) {
      const { text, span, report } = entry.raw;
      const message = `${text} is masqueraded anyway: no range that is kept contains it`;
      report("warning", "cidr-ineffective", span, message, "it changes nothing; remove it");
    }
  }
}

/** Reports what is the matter with an entry inside of another, or equal to it. */
function reportPair({ raw, prefix, verdict }: ListedCidr, outer: ListedCidr): void {
  const { text, span, report } = raw;
  const where = placeOf(outer.raw, raw);
  if (prefix.network !== outer.prefix.network) {
    if (verdict !== outer.verdict) return;
    const message = `${text} lies inside ${outer.raw.text} on ${where}`;
    report("warning", "cidr-covered", span, message, "it changes nothing; remove it");
  } else if (verdict === outer.verdict) {
    report("warning", "cidr-duplicate", span, `${text} is listed already, on ${where}`, "remove it");
  } else {
    const message = `${text} is ${verdict} here and ${outer.verdict} on ${where}`;
    report("error", "cidr-conflict", span, message, "remove one of the two");
  }
}

/** Reports an entry of a list without verdicts that lies inside another one of it, as a warning. */
export function checkCovered(entries: readonly { readonly raw: RawCidr; readonly prefix: Prefix }[]): void {
  checkDecisions(
    entries.map((entry) => ({ ...entry, verdict: "" })),
    [],
  );
}
