// Log messages about the config.
import {
  type Config,
  countOmitted,
  effectiveConfig,
  formatDiagnostics,
  formatDuration,
  type Severity,
  summarize,
} from "../config/index.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import type { Log } from "./log.ts";

/** The verbosity at which the established agent logs the config that it uses. */
const DETAILS = 2;

/** Logs a config that has just been read: its warnings, and a summary in one line. */
export function logNewConfig(log: Log, loaded: LoadedConfig): void {
  const { sources, config } = loaded;
  const warnings = formatThose(loaded, "warning");
  if (warnings) log.event("warning", warnings);
  if (!config) return;
  const valid = log.over("config") ? "the config is valid again" : "config";
  const which = `${sources.length > 0 ? "" : "the defaults, "}${summarize(config)}`;
  log.event("info", `${valid}: ${which}, resync every ${formatDuration(config.resyncInterval)}`);
}

/** Logs the state at each resync, in the established agent's words; `consequence` is appended for an invalid config. */
export function logConfig(log: Log, paths: readonly string[], loaded: LoadedConfig, consequence: string): void {
  const { sources, config } = loaded;
  const names = (files: readonly string[]) => files.map((file) => JSON.stringify(file)).join(", ");
  const found =
    sources.length > 0
      ? `Config file found at ${names(sources.map(({ file }) => file))}`
      : `No config file found at ${names(paths)}, using default values`;
  log.state("config-found", "info", found, DETAILS);
  if (config) {
    log.state(
      "config-used",
      "info",
      () => `Using config: ${effective.of(config, (one) => JSON.stringify(effectiveConfig(one)))}`,
      DETAILS,
    );
  } else {
    const why = `the config is invalid, ${consequence}:\n${errors.of(loaded, (one) => formatThose(one, "error"))}`;
    log.state("config", "error", `Error syncing configuration: ${why}`);
  }
}

/** Caches texts that are the same at each resync and slow to produce: a list may have 100,000 entries. */
class Cache<T extends object> {
  readonly #texts = new WeakMap<T, string>();
  of(from: T, make: (from: T) => string): string {
    const text = this.#texts.get(from) ?? make(from);
    this.#texts.set(from, text);
    return text;
  }
}

const effective = new Cache<Config>();
const errors = new Cache<LoadedConfig>();

/** The diagnostics of a severity as text; empty if there are none. */
function formatThose({ diagnostics, omitted, texts }: LoadedConfig, which: Severity): string {
  const those = diagnostics.filter(({ severity }) => severity === which);
  return formatDiagnostics(those, texts, countOmitted(omitted, which));
}
