// The outcomes that a command judges addresses by, and how an outcome looks.
import { DIAGNOSTICS_SHOWN, isPlainList, type ParsedList, parseConfig, parseList, printable } from "../config/index.ts";
import { decide, type Outcome, type Outcomes, outcomesOf, outcomesOfList } from "../policy/index.ts";
import { nameOf, readInput } from "./input.ts";
import type { Io } from "./io.ts";
import { readPolicy, refuse, validConfig } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Those of the config that the settings name. */
export function readOutcomes(settings: Settings, io: Io): Outcomes {
  return outcomesOf(readPolicy(settings, io).policy);
}

/** Those of a plain list, read from standard input for `-`. Throws {@link InvalidConfigError} or {@link InputError}. */
export function readListOutcomes(file: string, settings: Settings, io: Io): Outcomes {
  return listOutcomes(readInput(file), nameOf(file), settings, io);
}

/**
 * Those of a file that is a config or a plain list, or of standard input for `-`. It is read once: a pipe has nothing left
 * for a second time. Throws as {@link readListOutcomes}.
 */
export function readFileOutcomes(file: string, settings: Settings, io: Io): Outcomes {
  const bytes = readInput(file);
  const name = nameOf(file);
  if (isPlainList(bytes)) return listOutcomes(bytes, name, settings, io);
  const config = validConfig(parseConfig(bytes, { ...settings.config, file: name }), name, settings, io);
  return outcomesOf(decide(config, settings.policy));
}

/** Reads a plain list; for a person no more is said to be wrong than they are shown. Who reads data gets all of it. */
export function readList(bytes: Uint8Array, file: string, ipv6: boolean, { json }: Settings): ParsedList {
  return parseList(bytes, { file, ipv6, ...(json ? {} : { most: DIAGNOSTICS_SHOWN }) });
}

function listOutcomes(bytes: Uint8Array, file: string, settings: Settings, io: Io): Outcomes {
  const { ipv6 } = settings.config;
  const { list, diagnostics, text, more } = readList(bytes, file, ipv6, settings);
  if (!list) return refuse({ diagnostics, text: text(), more }, `the list ${file} is invalid`, settings, io);
  return outcomesOfList(list, file, ipv6 ? ["ipv4", "ipv6"] : ["ipv4"]);
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
      return `${network}  ${entry.origin ? `${printable(entry.origin.file)}:${entry.origin.line}:${entry.origin.column}` : ""}`;
  }
}

/** The verdict in its colour, as wide as the longest. */
export function paintVerdict({ verdict }: Outcome, { color }: Io): string {
  return (verdict === "return" ? color.green : color.yellow)(verdict.padEnd(10));
}
