// Reads the config and opens the backend, as most commands need it.
import { ConfigFileError } from "../agent/index.ts";
import { backendOpener, type Opened, type Opener } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { nameOfPaths, readConfigSources } from "./config-sources.ts";
import type { Io } from "./io.ts";
import type { ParsedPolicy } from "./parsed-policy.ts";
import type { Settings } from "./settings.ts";

/**
 * Reads the config, prints its diagnostics, and compiles the policy. Throws what {@link readConfigSources} throws,
 * {@link ConfigFileError}, or {@link InvalidConfigError}, whose message ends with `end`.
 */
export async function readPolicy(settings: Settings, io: Io, end = ""): Promise<ParsedPolicy> {
  const name = nameOfPaths(settings.paths);
  const sources = readConfigSources(settings.paths);
  if (sources.length === 0 && settings.configGiven) {
    throw new ConfigFileError(`config ${name} not found; without --config the defaults apply`);
  }
  // The parser and the core are most of what a command loads, so they are loaded only once the files have been read.
  const { parsePolicy } = await import("./parsed-policy.ts");
  const parsed = parsePolicy(sources, name, settings, io, end);
  if (sources.length === 0) io.warn(`no config file at ${name}, the defaults apply`);
  return parsed;
}

/** Returns the opener for backends; `warn` and `note` receive its messages. */
export function openerOf(settings: Settings, warn: (message: string) => void, note: (message: string) => void): Opener {
  const { backend, backendFlag: flag, policy, agent } = settings;
  return backendOpener(backend, { chain: policy.chain, flag, warn, note, agentRuns: agent !== undefined });
}

/** Opens the backend for all families of a policy. */
export function openBackend(
  settings: Settings,
  policy: readonly FamilyPolicy[],
  warn: (message: string) => void,
  note: (message: string) => void = () => {},
): Promise<Opened> {
  const [first] = policy;
  if (!first) throw new Error("a policy has no family");
  return openerOf(settings, warn, note)(first);
}
