// A config as the data that one config file would have to hold.
// This module is browser-compatible.
import { formatAddressRange } from "../core/index.ts";
import { formatDuration } from "./duration.ts";
import type { Config } from "./model.ts";

/** The keys that the established agent knows, defaults filled in, and of the others those that say something. */
export function effectiveConfig(config: Config): object {
  const { nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, outputInterfaces, snat, enforceNonMasquerade, ...rest } =
    config;
  const { resyncInterval, ...scalars } = rest;
  const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);
  const lists = {
    masqueradeCIDRs: texts(masqueradeCIDRs),
    sourceCIDRs: texts(sourceCIDRs),
    outputInterfaces: outputInterfaces.map(({ name }) => name),
    snat: snat.map(({ destinations, to }) => ({ destinationCIDRs: texts(destinations), to: formatAddressRange(to) })),
  };
  return {
    nonMasqueradeCIDRs: texts(nonMasqueradeCIDRs),
    ...scalars,
    resyncInterval: formatDuration(resyncInterval),
    ...(enforceNonMasquerade ? { enforceNonMasquerade } : {}),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
}
