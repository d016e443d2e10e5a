// The config that a command is given: a file, or standard input.
import { type ConfigFile, readConfigFile } from "../agent/index.ts";
import { type ConfigOptions, MAX_CONFIG_BYTES, parseConfig } from "../config/index.ts";
import { nameOf, readStdin } from "./input.ts";

/** Reads and parses the config, from standard input for `-`. Throws {@link InputError} or what {@link readConfigFile} throws. */
export function readConfig(options: ConfigOptions): ConfigFile {
  if (options.file !== "-") return readConfigFile(options);
  // One byte more shows that there are too many.
  const bytes = readStdin(MAX_CONFIG_BYTES + 1);
  return { ...parseConfig(bytes, { ...options, file: nameOf("-") }), bytes };
}
