// ip-masq-agent check FILE…: checks configs only; needs no privileges and no tools.
import { ConfigFileError, type LoadedConfig, parseSources } from "../agent/index.ts";
import {
  countOmitted,
  countProblems,
  type Diagnostic,
  formatDuration,
  type ReadOptions,
  type Severity,
  summarize,
} from "../config/index.ts";
import { nameOfPaths, readConfigSources } from "./config-sources.ts";
import { warnOfDiagnostics } from "./diagnostics.ts";
import { formatAnnotation } from "./github.ts";
import { readStdinOnce } from "./input.ts";
import { type Io, printData } from "./io.ts";
import type { Settings } from "./settings.ts";
import { diagnosticData } from "./valid-config.ts";

/**
 * Checks each named file or folder (`-` is standard input) by itself, or the whole config of --config. Exits with 0 if
 * all are valid; warnings do not count, unless --strict is given.
 */
export async function check(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const configs = words.length > 0 ? words.map((word) => [word]) : [settings.paths];
  const required = words.length > 0 || settings.configGiven;
  readStdinOnce(...configs.flat());
  const results = configs.map((paths) => ({ paths, loaded: readAny(paths, settings.config, required) }));
  const isValid = (loaded: LoadedConfig) =>
    loaded.config !== undefined && !(settings.strict && countProblems(loaded, "warning") > 0);
  const valid = results.every(({ loaded }) => isValid(loaded));
  if (settings.json) {
    const diagnostics = results.flatMap(({ loaded }) => loaded.diagnostics.map(diagnosticData));
    const more = results.reduce((sum, { loaded }) => sum + countOmitted(loaded.omitted), 0);
    printData(io, { valid, diagnostics, more });
    return valid ? 0 : 1;
  }
  if (settings.annotations) {
    printAnnotations(
      results.map(({ loaded }) => loaded),
      settings.strict,
      io,
    );
    return valid ? 0 : 1;
  }
  for (const { paths, loaded } of results) {
    const { config, diagnostics, omitted, texts, sources } = loaded;
    if (diagnostics.length > 0) warnOfDiagnostics(io, diagnostics, texts, countOmitted(omitted));
    const name = nameOfPaths(paths);
    const problems = describeProblems(loaded);
    if (!config || !isValid(loaded)) {
      const strict = config ? " (--strict)" : "";
      io.print(`${name}: ${io.color.red("invalid")}: ${problems}${strict}`);
    } else {
      const which = sources.length > 0 ? "" : " (file not found, the defaults apply)";
      const every = formatDuration(config.resyncInterval);
      const rest = problems === "" ? "" : `, ${problems}`;
      io.print(`${name}: ${io.color.green("valid")}${which}: ${summarize(config)}, resync every ${every}${rest}`);
    }
  }
  return valid ? 0 : 1;
}

/** Prints each problem as an annotation, and one more for the number of problems beyond the limit. */
function printAnnotations(configs: readonly LoadedConfig[], strict: boolean, io: Io): void {
  for (const { diagnostics, omitted } of configs) {
    for (const diagnostic of diagnostics) io.print(formatAnnotation(diagnostic, strict));
    const more = countOmitted(omitted);
    if (more > 0) io.print(`::notice::${more} more problems are not shown`);
  }
  // File names are left out: at the beginning of a line, one could pass for a workflow command.
  const sum = (severity: Severity) => configs.reduce((all, loaded) => all + countProblems(loaded, severity), 0);
  io.print(`configs: ${configs.length}, errors: ${sum("error")}, warnings: ${sum("warning")}`);
}

/** `2 errors, 1 warning`; leaves out a severity that does not occur. */
function describeProblems(loaded: LoadedConfig): string {
  const kinds: readonly Severity[] = ["error", "warning"];
  const counts = kinds.map((kind) => ({ kind, count: countProblems(loaded, kind) })).filter(({ count }) => count > 0);
  return counts.map(({ kind, count }) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}

/** A config that cannot be read is reported as a problem of that config, so that the others are still checked. */
function readAny(paths: readonly string[], options: ReadOptions, required: boolean): LoadedConfig {
  const unreadable = (message: string): LoadedConfig => {
    const problem: Diagnostic = {
      ...{ severity: "error", code: "file-unreadable", message, hint: "", file: nameOfPaths(paths) },
      ...{ line: 1, column: 1, length: 1 },
    };
    return { config: undefined, diagnostics: [problem], omitted: [], texts: new Map(), sources: [] };
  };
  try {
    const loaded = parseSources(readConfigSources(paths), options);
    return loaded.sources.length > 0 || !required ? loaded : unreadable("file not found");
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return unreadable(error.message);
  }
}
