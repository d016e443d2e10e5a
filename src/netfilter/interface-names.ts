// Sets of interface names.
// This module is browser-compatible.

/** Names that match one of `of` (any name if undefined) and none of `not`. A trailing `*` is a wildcard. */
export interface Names {
  readonly of: readonly string[] | undefined;
  readonly not: readonly string[];
}

/** Whether a pattern matches all names that another one matches. */
export function covers(pattern: string, other: string): boolean {
  if (!pattern.endsWith("*")) return pattern === other;
  return other.replace(/\*$/, "").startsWith(pattern.slice(0, -1)) || pattern === other;
}

const isCovered = (patterns: readonly string[], one: string) => patterns.some((pattern) => covers(pattern, one));

/** Splits a set into the names that match one of the patterns and those that match none; an empty part is undefined. */
export function splitNames(
  names: Names,
  patterns: readonly string[],
): { yes: Names | undefined; no: Names | undefined } {
  const possible = patterns.filter((pattern) => !isCovered(names.not, pattern));
  const of = names.of ?? ["*"];
  const matching = of.flatMap((one) => {
    if (isCovered(names.not, one)) return [];
    return isCovered(patterns, one) ? [one] : possible.filter((pattern) => covers(one, pattern));
  });
  const others = of.filter((one) => !isCovered(patterns, one) && !isCovered(names.not, one));
  return {
    yes: matching.length === 0 ? undefined : { of: [...new Set(matching)], not: names.not },
    no:
      others.length === 0
        ? undefined
        : { of: names.of === undefined ? undefined : others, not: addTo(names.not, patterns) },
  };
}

const addTo = (list: readonly string[], more: readonly string[]) => {
  const fresh = more.filter((one) => !list.includes(one));
  return fresh.length === 0 ? list : [...list, ...fresh];
};
