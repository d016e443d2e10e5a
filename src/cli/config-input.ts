// The config that a command is given: files, folders of them, or standard input.
import { type LoadedConfig, readConfigFiles } from "../agent/index.ts";
import { MAX_CONFIG_BYTES, parseConfig, type ReadOptions } from "../config/index.ts";
import { UsageError } from "./flags.ts";
import { nameOf, readStdin } from "./input.ts";

/**
 * Reads and parses the config, from standard input for `-`, which stands alone. Throws {@link InputError} or what
 * {@link readConfigFiles} throws.
 */
export function readConfig(paths: readonly string[], options: ReadOptions): LoadedConfig {
  if (!paths.includes("-")) return readConfigFiles(paths, options);
  if (paths.length > 1)
    throw new UsageError("--config=- takes the config from standard input alone: name no other file");
  // One byte more shows that there are too many.
  const bytes = readStdin(MAX_CONFIG_BYTES + 1);
  const file = nameOf("-");
  return { ...parseConfig(bytes, { ...options, file }), sources: [{ file, bytes }] };
}

/** How messages name the config. */
export const nameOfPaths = (paths: readonly string[]): string => paths.map(nameOf).join(", ");
