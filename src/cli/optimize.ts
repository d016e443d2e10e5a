// ip-masq-agent optimize FILE: prints the smallest list of CIDRs that means the same.
import { countOmitted, isPlainList, optimizeConfig } from "../config/index.ts";
import { warnOfDiagnostics } from "./diagnostics.ts";
import { UsageError } from "./flags.ts";
import { nameOf, readInput } from "./input.ts";
import { type Io, printData } from "./io.ts";
import { describe, fromConfigList, fromPlainList, type Optimized, report } from "./optimize-report.ts";
import { readList } from "./outcomes.ts";
import { replaceConfig } from "./replace-config.ts";
import type { Settings } from "./settings.ts";
import { NOTHING_CHANGED, refuse } from "./valid-config.ts";

/** Warnings about entries that optimize removes. */
const REDUNDANT_ENTRY_CODES = new Set(["cidr-covered", "cidr-duplicate", "cidr-ineffective"]);

const invalid = (file: string, { write }: Settings) => `${nameOf(file)} is invalid${write ? NOTHING_CHANGED : ""}`;

/** Exits with 0, or 1 if the file is invalid; with --exit-code, with 2 if the list can be smaller. */
export async function optimize(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const [file, more] = words;
  if (file === undefined || more !== undefined) {
    throw new UsageError(
      "optimize needs one file, or - for standard input, such as: ip-masq-agent optimize config.yaml",
    );
  }
  if (settings.write && file === "-") throw new UsageError("--write needs a file, not standard input");
  // --write can replace only a regular file.
  const bytes = readInput(file, settings.write);
  const isList = isPlainList(bytes);
  if (settings.write && isList) {
    throw new UsageError(
      `--write only edits configs, but ${file} is a plain list; redirect the output to another file`,
    );
  }
  const optimized = isList ? fromList(bytes, file, settings, io) : fromConfig(bytes, file, settings, io);
  const { lists, text } = optimized;
  const changes = lists.reduce((sum, { changeCount }) => sum + changeCount, 0);
  if (settings.json) printData(io, describe(optimized));
  else {
    for (const line of report(optimized, file)) io.warn(line);
    if (!settings.write) io.write(text);
  }
  if (settings.write && changes > 0) replaceConfig(file, bytes, text);
  return changes > 0 && settings.exitCode ? 2 : 0;
}

function fromList(bytes: Uint8Array, file: string, settings: Settings, io: Io): Optimized {
  const { list, diagnostics, text, more } = readList(bytes, nameOf(file), true, settings);
  if (!list) return refuse({ diagnostics, texts: text(), more }, invalid(file, settings), settings, io);
  const smallest = list.aggregate();
  return { lists: [fromPlainList(list, smallest)], text: smallest.text, cidrLimit: undefined };
}

function fromConfig(bytes: Uint8Array, file: string, settings: Settings, io: Io): Optimized {
  const { parsed, optimized } = optimizeConfig(bytes, { ...settings.config, file: nameOf(file) });
  // The list of changes already covers these warnings.
  const isShown = ({ code }: { readonly code: string }) => !REDUNDANT_ENTRY_CODES.has(code);
  const diagnostics = parsed.diagnostics.filter(isShown);
  const more = countOmitted(parsed.omitted.filter(isShown));
  if (!optimized) return refuse({ diagnostics, texts: parsed.texts, more }, invalid(file, settings), settings, io);
  if (diagnostics.length > 0 && !settings.json) warnOfDiagnostics(io, diagnostics, parsed.texts, more);
  const { config, lists, text } = optimized;
  return { lists: lists.map(fromConfigList), text, cidrLimit: config.cidrLimit };
}
