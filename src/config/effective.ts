// A config as the data of a single config file that is equivalent to it.
// This module is browser-compatible.
import { formatAddressRange } from "../core/index.ts";
import { formatDuration } from "./duration.ts";
import type { Config } from "./model.ts";

/** The established agent's keys, with defaults filled in, and those of the other keys that are not empty. */
export function effectiveConfig(config: Config): object {
  const { nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, outputInterfaces, snat, enforceNonMasquerade, ...rest } =
    config;
  const { resyncInterval, ...scalars } = rest;
  // In a single file, a default entry would conflict with an equal one that is masqueraded or translated.
  const decided = new Set(
    [masqueradeCIDRs, ...snat.map(({ destinations }) => destinations)].flat().map(({ prefix }) => prefix.network),
  );
  const kept = nonMasqueradeCIDRs.filter(({ span, prefix }) => span !== undefined || !decided.has(prefix.network));
  const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);
  const lists = {
    masqueradeCIDRs: texts(masqueradeCIDRs),
    sourceCIDRs: texts(sourceCIDRs),
    outputInterfaces: outputInterfaces.map(({ name }) => name),
    snat: snat.map(({ destinations, to }) => ({ destinationCIDRs: texts(destinations), to: formatAddressRange(to) })),
  };
  return {
    nonMasqueradeCIDRs: texts(kept),
    ...scalars,
    resyncInterval: formatDuration(resyncInterval),
    ...(enforceNonMasquerade ? { enforceNonMasquerade } : {}),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
}
