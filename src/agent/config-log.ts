// What the log says about the config that was read.
import { type Config, formatDiagnostics, formatDuration } from "../config/index.ts";
import type { ConfigFile } from "./config-file.ts";
import type { Log } from "./log.ts";

/** The verbosity from which the established agent tells which config it uses. */
const DETAILS = 2;

/**
 * What is said once, when another config was read: its warnings, and in a line what is wanted now.
 */
export function tellNewConfig(log: Log, { bytes, config, diagnostics, text }: ConfigFile): void {
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  if (warnings.length > 0) log.event("warning", formatDiagnostics(warnings, text));
  if (!config) return;
  const valid = log.over("config") ? "the config is valid again" : "config";
  const count = config.nonMasqueradeCIDRs.length;
  const which = `${bytes ? "" : "the defaults, "}${count} CIDR${count === 1 ? "" : "s"}`;
  log.event("info", `${valid}: ${which}, resync every ${formatDuration(config.resyncInterval)}`);
}

/** What is so at each resync, in the established agent's words; `rest` says what follows from an invalid config. */
export function tellConfig(
  log: Log,
  file: string,
  { bytes, config, diagnostics, text }: ConfigFile,
  rest: string,
): void {
  const path = JSON.stringify(file);
  const found = bytes ? `Config file found at ${path}` : `No config file found at ${path}, using default values`;
  log.state("config-found", "info", found, DETAILS);
  if (config) {
    log.state("config-used", "info", `Using config: ${JSON.stringify(configData(config))}`, DETAILS);
  } else {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const why = `the config is invalid, ${rest}:\n${formatDiagnostics(errors, text)}`;
    log.state("config", "error", `Error syncing configuration: ${why}`);
  }
}

/** The effective config, as a config file in JSON would say it. */
function configData({ nonMasqueradeCIDRs, resyncInterval, ...others }: Config): object {
  return {
    nonMasqueradeCIDRs: nonMasqueradeCIDRs.map(({ text }) => text),
    ...others,
    resyncInterval: formatDuration(resyncInterval),
  };
}
