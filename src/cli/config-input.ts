// The config that a command is given: files, folders of them, or standard input.
import { type LoadedConfig, readConfigFiles } from "../agent/index.ts";
import { MAX_CONFIG_BYTES, parseConfig, type ReadOptions } from "../config/index.ts";
import { type ParsedArgs, UsageError } from "./flags.ts";
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

/** Takes an operand, if there is one, for the value of --config. Throws {@link UsageError} if both are given, or two of them. */
export function withConfigOperand(parsed: ParsedArgs, [file, more]: readonly string[]): ParsedArgs {
  if (file === undefined) return { ...parsed, words: [] };
  if (more !== undefined) throw new UsageError(`one FILE at a time; ${JSON.stringify(more)} is a second`);
  if (/^(true|false)$/i.test(file)) {
    throw new UsageError(
      `there is no FILE ${JSON.stringify(file)}; the value of a boolean flag is written --flag=value`,
    );
  }
  if (parsed.flags.has("config")) throw new UsageError("FILE takes the place of --config: give one");
  return {
    ...parsed,
    flags: new Map([...parsed.flags, ["config", file]]),
    repeated: new Map([...parsed.repeated, ["config", [file]]]),
    words: [],
  };
}

/** How messages name the config. */
export const nameOfPaths = (paths: readonly string[]): string => paths.map(nameOf).join(", ");
