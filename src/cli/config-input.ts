// The config that a command is given.
import { type LoadedConfig, parseSources } from "../agent/index.ts";
import type { ReadOptions } from "../config/index.ts";
import { readConfigSources } from "./config-sources.ts";

/** Reads and parses the config. Throws as {@link readConfigSources}. */
export const readConfig = (paths: readonly string[], options: ReadOptions): LoadedConfig =>
  parseSources(readConfigSources(paths), options);
