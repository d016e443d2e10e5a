// Parses the config and compiles the policy.
import { type LoadedSource, parseSources } from "../agent/index.ts";
import type { Config } from "../config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import { nameOfPaths } from "./config-sources.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { validConfig } from "./valid-config.ts";

export interface ParsedPolicy {
  readonly config: Config;
  readonly policy: readonly FamilyPolicy[];
}

/** Parses the files of the config. Throws as {@link validConfig}. */
export function parsePolicy(sources: readonly LoadedSource[], settings: Settings, io: Io, end: string): ParsedPolicy {
  const loaded = parseSources(sources, settings.config);
  const config = validConfig(loaded, nameOfPaths(settings.paths), settings, io, end);
  return { config, policy: compilePolicy(config, settings.policy) };
}
