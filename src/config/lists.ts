// Checks the lists of destinations against each other: entries that conflict, and entries without effect.
// This module is browser-compatible.
import { findCovers, type Prefix, parseRecords } from "../core/index.ts";
import type { RawCidr } from "./cidr.ts";
import { printableName } from "./printable.ts";

/** A valid entry and its verdict. */
export interface ListedCidr {
  readonly raw: RawCidr;
  readonly prefix: Prefix;
  /** As text, equal for equal verdicts: `kept`, `masqueraded`, `translated to 203.0.113.5`. */
  readonly verdict: string;
}

export const KEPT = "kept";
export const MASQUERADED = "masqueraded";

/** The position of `other` in a message about `entry`. */
export function placeOf(other: Pick<RawCidr, "file" | "line">, entry: Pick<RawCidr, "file">): string {
  return other.file === entry.file ? `line ${other.line}` : `line ${other.line} of ${printableName(other.file)}`;
}

/**
 * Reports an entry that is listed twice with different verdicts as an error, and one without effect as a warning.
 *
 * @param implied ranges that are kept without being listed
 */
export function checkDecisions(entries: readonly ListedCidr[], implied: readonly Prefix[]): void {
  const named = new Set(entries.map(({ prefix }) => prefix.network));
  // An entry equal to an implied range has an effect: without it the range would be kept.
  const impliedNetworks = new Set(implied.map(({ network }) => network));
  const unnamed = implied.filter(({ network }) => !named.has(network));
  const networks = [...unnamed.map(({ network }) => network), ...entries.map(({ prefix }) => prefix.network)];
  const covers = findCovers(parseRecords(networks, "prefix"));
  for (const [i, entry] of entries.entries()) {
    const cover = covers[unnamed.length + i] ?? -1;
    const outer = entries[cover - unnamed.length];
    // An entry that lies in no other is kept by an implied range, or masqueraded.
    if (outer) reportPair(entry, outer);
    else if (cover < 0 && entry.verdict === MASQUERADED && !impliedNetworks.has(entry.prefix.network)) {
      const { text, span, report } = entry.raw;
      const message = `${text} is masqueraded anyway: no kept range contains it`;
      report("warning", "cidr-ineffective", span, message, "it has no effect; remove it");
    }
  }
}

/** Reports the problem of an entry that lies inside another or equals it. */
function reportPair({ raw, prefix, verdict }: ListedCidr, outer: ListedCidr): void {
  const { text, span, report } = raw;
  const where = placeOf(outer.raw, raw);
  if (prefix.network !== outer.prefix.network) {
    if (verdict !== outer.verdict) return;
    const message = `${text} lies inside ${outer.raw.text} on ${where}`;
    report("warning", "cidr-covered", span, message, "it has no effect; remove it");
  } else if (verdict === outer.verdict) {
    report("warning", "cidr-duplicate", span, `${text} is already listed on ${where}`, "remove it");
  } else {
    const message = `${text} is ${verdict} here and ${outer.verdict} on ${where}`;
    report("error", "cidr-conflict", span, message, "remove one of the two");
  }
}

/** Reports, as a warning, an entry that lies inside another one in a list without verdicts. */
export function checkCovered(entries: readonly { readonly raw: RawCidr; readonly prefix: Prefix }[]): void {
  checkDecisions(
    entries.map((entry) => ({ ...entry, verdict: "" })),
    [],
  );
}
