// ip-masq-agent check FILE…: the config only; no privileges, no tools.
import { type ConfigFile, ConfigFileError } from "../agent/index.ts";
import {
  type ConfigOptions,
  countOmitted,
  countProblems,
  type Diagnostic,
  formatDiagnostics,
  formatDuration,
  printable,
  type Severity,
} from "../config/index.ts";
import { readConfig } from "./config-input.ts";
import { nameOf, readStdinOnce } from "./input.ts";
import { type Io, printJson } from "./io.ts";
import { diagnosticData } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Checks every file named (`-` is standard input), or the one of --config. Exit 0 where all are valid, warnings or not. */
export async function check(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const files = words.length > 0 ? words : [settings.config.file];
  const required = words.length > 0 || settings.configGiven;
  readStdinOnce(...files);
  const results = files.map((file) => readAny({ ...settings.config, file }, required));
  const valid = results.every(({ config }) => config !== undefined);
  if (settings.json) {
    const diagnostics = results.flatMap((result) => result.diagnostics.map(diagnosticData));
    const more = results.reduce((sum, { omitted }) => sum + countOmitted(omitted), 0);
    printJson(io, { valid, diagnostics, more });
    return valid ? 0 : 1;
  }
  for (const [i, result] of results.entries()) {
    const { config, diagnostics, omitted, texts, bytes } = result;
    if (diagnostics.length > 0) io.warn(formatDiagnostics(diagnostics, texts, countOmitted(omitted)));
    const name = printable(nameOf(files[i] ?? ""));
    const count = (severity: Severity) => countProblems(result, severity);
    const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
    const warnings = count("warning") > 0 ? `, ${plural(count("warning"), "warning")}` : "";
    if (!config) {
      io.print(`${name}: ${io.color.red("invalid")}: ${plural(count("error"), "error")}${warnings}`);
    } else {
      const destinations = plural(config.nonMasqueradeCIDRs.length, "CIDR");
      const which = bytes ? "" : " (no such file, the defaults apply)";
      const every = formatDuration(config.resyncInterval);
      io.print(`${name}: ${io.color.green("valid")}${which}: ${destinations}, resync every ${every}${warnings}`);
    }
  }
  return valid ? 0 : 1;
}

/** A file that cannot be read is reported as a problem of that file, and keeps none of the others from being checked. */
function readAny(options: ConfigOptions, required: boolean): ConfigFile {
  const unreadable = (message: string): ConfigFile => {
    const { file } = options;
    const problem: Diagnostic = {
      ...{ severity: "error", code: "file-unreadable", message, hint: "", file },
      ...{ line: 1, column: 1, length: 1 },
    };
    return { config: undefined, diagnostics: [problem], omitted: [], texts: new Map(), bytes: undefined };
  };
  try {
    const parsed = readConfig(options);
    return parsed.bytes || !required ? parsed : unreadable("there is no such file");
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return unreadable(error.message);
  }
}
