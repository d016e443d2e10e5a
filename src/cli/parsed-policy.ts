// Parses the config and compiles the policy.
import { type LoadedSource, parseSources } from "../agent/index.ts";
import type { Config } from "../config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { validConfig } from "./valid-config.ts";

export interface ParsedPolicy {
  readonly config: Config;
  readonly policy: readonly FamilyPolicy[];
}

/** Parses the files of a config that messages call `name`. Throws as {@link validConfig}. */
export function parsePolicy(
  sources: readonly LoadedSource[],
  name: string,
  settings: Settings,
  io: Io,
  end = "",
): ParsedPolicy {
  const config = validConfig(parseSources(sources, settings.config), name, settings, io, end);
  return { config, policy: compilePolicy(config, settings.policy) };
}
