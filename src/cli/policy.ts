// Reads and checks the config and compiles the policy, as most commands need it.
import { ConfigFileError } from "../agent/index.ts";
import { backendOpener, type Opened, type Opener } from "../backends/index.ts";
import { type Config, countOmitted, type Diagnostic, type ParsedConfig } from "../config/index.ts";
import { ReportedError } from "../errors/index.ts";
import { compilePolicy, type FamilyPolicy } from "../policy/index.ts";
import { nameOfPaths, readConfig } from "./config-input.ts";
import { warnOfDiagnostics } from "./diagnostics.ts";
import { type Io, printJson } from "./io.ts";
import type { Settings } from "./settings.ts";

/** The config is invalid; its diagnostics have been printed. */
export class InvalidConfigError extends ReportedError {
  constructor(message: string) {
    super(message, { code: "config-invalid", isPrinted: true });
  }
}

/** A diagnostic as data, with its keys in this order. */
export function diagnosticData({ severity, code, message, file, line, column, hint }: Diagnostic): object {
  return { severity, code, message, file, line, column, hint };
}

/** Prints the diagnostics of a text, as data or as text, and throws {@link InvalidConfigError}. */
export function refuse(
  {
    diagnostics,
    texts,
    more = 0,
  }: { diagnostics: readonly Diagnostic[]; texts: string | ReadonlyMap<string, string>; more?: number },
  message: string,
  { json }: Settings,
  io: Io,
): never {
  if (json) printJson(io, { valid: false, diagnostics: diagnostics.map(diagnosticData), more });
  else warnOfDiagnostics(io, diagnostics, texts, more);
  throw new InvalidConfigError(message);
}

/** The end of a message about an invalid file, from commands that otherwise write. */
export const NOTHING_CHANGED = "; nothing was changed";

/** Returns a parsed config after printing its warnings. Throws {@link InvalidConfigError}, whose message ends with `end`. */
export function validConfig(parsed: ParsedConfig, name: string, settings: Settings, io: Io, end = ""): Config {
  const { config, diagnostics, omitted, texts } = parsed;
  const more = countOmitted(omitted);
  if (!config) {
    return refuse({ diagnostics, texts, more }, `the config ${name} is invalid${end}`, settings, io);
  }
  if (diagnostics.length > 0) warnOfDiagnostics(io, diagnostics, texts, more);
  return config;
}

/**
 * Reads the config, prints its diagnostics, and compiles the policy.
 * Throws {@link ConfigFileError}, or {@link InvalidConfigError}, whose message ends with `end`.
 */
export function readPolicy(settings: Settings, io: Io, end = ""): { config: Config; policy: readonly FamilyPolicy[] } {
  const name = nameOfPaths(settings.paths);
  const loaded = readConfig(settings.paths, settings.config);
  if (loaded.sources.length === 0 && settings.configGiven) {
    throw new ConfigFileError(`config ${name} not found; without --config the defaults apply`);
  }
  const config = validConfig(loaded, name, settings, io, end);
  if (loaded.sources.length === 0) io.warn(`no config file at ${name}, the defaults apply`);
  return { config, policy: compilePolicy(config, settings.policy) };
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
