// The outcomes that a command judges addresses by, and how an outcome looks.
import { readFileSync } from "node:fs";
import { ConfigFileError } from "../agent/index.ts";
import { formatDiagnostics, isList, parseList } from "../config/index.ts";
import { type Outcome, type Outcomes, outcomesOf, outcomesOfList } from "../policy/index.ts";
import { type Io, printJson } from "./io.ts";
import { diagnosticData, InvalidConfigError, readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Those of the config that the settings name. */
export function readOutcomes(settings: Settings, io: Io): Outcomes {
  return outcomesOf(readPolicy(settings, io).policy);
}

/** Those of a plain list. Throws {@link InvalidConfigError} or {@link ConfigFileError}. */
export function readListOutcomes(file: string, settings: Settings, io: Io): Outcomes {
  return listOutcomes(readBytes(file), file, settings, io);
}

/** Those of a file that is a config or a plain list. */
export function readFileOutcomes(file: string, settings: Settings, io: Io): Outcomes {
  const bytes = readBytes(file);
  if (isList(bytes)) return listOutcomes(bytes, file, settings, io);
  return readOutcomes({ ...settings, config: { ...settings.config, file }, configGiven: true }, io);
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigFileError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function listOutcomes(bytes: Uint8Array, file: string, { config: { ipv6 }, json }: Settings, io: Io): Outcomes {
  const { list, diagnostics } = parseList(bytes, { file, ipv6 });
  if (list) return outcomesOfList(list, file, ipv6 ? ["ipv4", "ipv6"] : ["ipv4"]);
  if (json) printJson(io, { valid: false, diagnostics: diagnostics.map(diagnosticData) });
  else io.warn(formatDiagnostics(diagnostics, new TextDecoder().decode(bytes)));
  throw new InvalidConfigError(`the list ${file} is invalid`);
}

/** An outcome as data, without the address. */
export function outcomeData({ family, verdict, managed, entry }: Outcome): object {
  const decidedBy = entry && { cidr: entry.prefix.network, reason: entry.reason, ...entry.origin };
  return { family, verdict, managed, decidedBy: decidedBy ?? null };
}

/** Why an outcome is as it is: the entry and where it comes from. */
export function reasonOf({ entry, managed }: Outcome): string {
  if (!managed) return "IPv6 is not enabled: the agent keeps no rules for it";
  if (!entry) return "no entry contains it";
  const { network, family } = entry.prefix;
  switch (entry.reason) {
    case "link-local":
      return `${network}  link-local (${family === "ipv4" ? "masqLinkLocal" : "masqLinkLocalIPv6"}: false)`;
    case "default":
      return `${network}  default list`;
    case "config":
      return `${network}  ${entry.origin ? `${entry.origin.file}:${entry.origin.line}:${entry.origin.column}` : ""}`;
  }
}

/** The verdict in its colour, as wide as the longest. */
export function paintVerdict({ verdict }: Outcome, { color }: Io): string {
  return (verdict === "return" ? color.green : color.yellow)(verdict.padEnd(10));
}
