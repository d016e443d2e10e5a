// A one-line summary of a config.
// This module is browser-compatible.
import type { Config } from "./model.ts";

/** How many entries of each kind there are: `3 CIDRs`, `3 CIDRs, 1 masqueraded, 2 translated, 1 source`. */
export function summarize({
  nonMasqueradeCIDRs,
  masqueradeCIDRs,
  snat,
  sourceCIDRs,
  outputInterfaces,
}: Config): string {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const translated = snat.reduce((sum, { destinations }) => sum + destinations.length, 0);
  const sources = sourceCIDRs.length;
  return [
    plural(nonMasqueradeCIDRs.length, "CIDR"),
    ...(masqueradeCIDRs.length > 0 ? [`${masqueradeCIDRs.length} masqueraded`] : []),
    ...(translated > 0 ? [`${translated} translated`] : []),
    ...(sources > 0 ? [plural(sources, "source")] : []),
    ...(outputInterfaces.length > 0 ? [plural(outputInterfaces.length, "interface")] : []),
  ].join(", ");
}
