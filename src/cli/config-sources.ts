// Where the config that a command is given comes from: files, folders of them, or standard input.
import { type LoadedSource, readSources } from "../agent/index.ts";
import { MAX_CONFIG_BYTES } from "../config/index.ts";
import { UsageError } from "./flags.ts";
import { nameOf, readStdin } from "./input.ts";

/**
 * Reads the config; `-` is standard input and must be the only path. Throws {@link InputError}, {@link UsageError}, or what
 * {@link readSources} throws.
 */
export function readConfigSources(paths: readonly string[]): readonly LoadedSource[] {
  if (!paths.includes("-")) return readSources(paths);
  if (paths.length > 1) throw new UsageError("--config=- cannot be combined with other files");
  // One byte more, so that the parser can tell that the limit is exceeded.
  return [{ file: nameOf("-"), bytes: readStdin(MAX_CONFIG_BYTES + 1) }];
}

/** How messages name the config. */
export const nameOfPaths = (paths: readonly string[]): string => paths.map(nameOf).join(", ");
