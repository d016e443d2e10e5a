// A config and the files that it was read from.
import { defaultConfig, type ParsedConfig, parseConfigs, type ReadOptions } from "../config/index.ts";
import type { LoadedSource } from "./config-file.ts";

export interface LoadedConfig extends ParsedConfig {
  /** What was read; empty if there are no files, and the defaults apply. */
  readonly sources: readonly LoadedSource[];
}

/** Parses the files of a config; without files, the defaults apply. */
export function parseSources(sources: readonly LoadedSource[], options: ReadOptions): LoadedConfig {
  return { ...(sources.length > 0 ? parseConfigs(sources, options) : defaultConfig(options)), sources };
}
