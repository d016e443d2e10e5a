// Prints what is wrong with a config, and refuses an invalid one.
import { type Config, countOmitted, type Diagnostic, type ParsedConfig } from "../config/index.ts";
import { ReportedError } from "../errors/index.ts";
import { warnOfDiagnostics } from "./diagnostics.ts";
import { type Io, printData } from "./io.ts";
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
  if (json) printData(io, { valid: false, diagnostics: diagnostics.map(diagnosticData), more });
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
