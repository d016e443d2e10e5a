// What the log says about the config that was read.
import { type Config, countOmitted, formatDiagnostics, formatDuration, type Severity } from "../config/index.ts";
import { formatAddressRange } from "../policy/index.ts";
import type { ConfigFile } from "./config-file.ts";
import type { Log } from "./log.ts";

/** The verbosity from which the established agent tells which config it uses. */
const DETAILS = 2;

/**
 * What is said once, when another config was read: its warnings, and in a line what is wanted now.
 */
export function tellNewConfig(log: Log, file: ConfigFile): void {
  const { bytes, config } = file;
  const warnings = formatThose(file, "warning");
  if (warnings) log.event("warning", warnings);
  if (!config) return;
  const valid = log.over("config") ? "the config is valid again" : "config";
  const count = config.nonMasqueradeCIDRs.length;
  const which = `${bytes ? "" : "the defaults, "}${count} CIDR${count === 1 ? "" : "s"}`;
  log.event("info", `${valid}: ${which}, resync every ${formatDuration(config.resyncInterval)}`);
}

/** What is so at each resync, in the established agent's words; `rest` says what follows from an invalid config. */
export function tellConfig(log: Log, file: string, parsed: ConfigFile, rest: string): void {
  const { bytes, config } = parsed;
  const path = JSON.stringify(file);
  const found = bytes ? `Config file found at ${path}` : `No config file found at ${path}, using default values`;
  log.state("config-found", "info", found, DETAILS);
  if (config) {
    log.state("config-used", "info", `Using config: ${effective.of(config, describe)}`, DETAILS);
  } else {
    const why = `the config is invalid, ${rest}:\n${errors.of(parsed, (one) => formatThose(one, "error"))}`;
    log.state("config", "error", `Error syncing configuration: ${why}`);
  }
}

/** What is the same at each resync, and takes too long to be made at each: a list may have 100,000 entries. */
class Cache<T extends object> {
  readonly #texts = new WeakMap<T, string>();
  of(from: T, make: (from: T) => string): string {
    const text = this.#texts.get(from) ?? make(from);
    this.#texts.set(from, text);
    return text;
  }
}

const effective = new Cache<Config>();
const errors = new Cache<ConfigFile>();

/** The diagnostics of a severity as text; empty where there are none. */
function formatThose({ diagnostics, omitted, texts }: ConfigFile, which: Severity): string {
  const those = diagnostics.filter(({ severity }) => severity === which);
  return formatDiagnostics(those, texts, countOmitted(omitted, which));
}

/** The effective config, as a config file in JSON would say it. Keys that the established agent does not have only if set. */
function describe(config: Config): string {
  const { nonMasqueradeCIDRs, masqueradeCIDRs, sourceCIDRs, outputInterfaces, snat, resyncInterval, ...scalars } =
    config;
  const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);
  const lists = {
    masqueradeCIDRs: texts(masqueradeCIDRs),
    sourceCIDRs: texts(sourceCIDRs),
    outputInterfaces: outputInterfaces.map(({ name }) => name),
    snat: snat.map(({ destinations, to }) => ({ destinationCIDRs: texts(destinations), to: formatAddressRange(to) })),
  };
  return JSON.stringify({
    nonMasqueradeCIDRs: texts(nonMasqueradeCIDRs),
    ...scalars,
    resyncInterval: formatDuration(resyncInterval),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  });
}
