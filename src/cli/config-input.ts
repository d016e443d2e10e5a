// The config that a command is given: files, folders of them, or standard input.
import { type LoadedConfig, readConfigFiles } from "../agent/index.ts";
import { MAX_CONFIG_BYTES, parseConfig, type ReadOptions } from "../config/index.ts";
import { type ParsedArgs, UsageError } from "./flags.ts";
import { nameOf, readStdin } from "./input.ts";

/**
 * Reads and parses the config; `-` is standard input and must be the only path. Throws {@link InputError} or what
 * {@link readConfigFiles} throws.
 */
export function readConfig(paths: readonly string[], options: ReadOptions): LoadedConfig {
  if (!paths.includes("-")) return readConfigFiles(paths, options);
  if (paths.length > 1) throw new UsageError("--config=- cannot be combined with other files");
  // One byte more, so that the parser can tell that the limit is exceeded.
  const bytes = readStdin(MAX_CONFIG_BYTES + 1);
  const file = nameOf("-");
  return { ...parseConfig(bytes, { ...options, file }), sources: [{ file, bytes }] };
}

/** Uses an operand, if there is one, as the value of --config. Throws {@link UsageError} for both, or for two operands. */
export function withConfigOperand(parsed: ParsedArgs, [file, more]: readonly string[]): ParsedArgs {
  if (file === undefined) return { ...parsed, words: [] };
  if (more !== undefined) throw new UsageError(`one FILE at a time: unexpected ${JSON.stringify(more)}`);
  if (/^(true|false)$/i.test(file)) {
    throw new UsageError(`${JSON.stringify(file)} is not a FILE: write the value of a boolean flag as --flag=value`);
  }
  if (parsed.flags.has("config")) throw new UsageError("FILE means --config=FILE: give one of them");
  return {
    ...parsed,
    flags: new Map([...parsed.flags, ["config", file]]),
    repeated: new Map([...parsed.repeated, ["config", [file]]]),
    words: [],
  };
}

/** How messages name the config. */
export const nameOfPaths = (paths: readonly string[]): string => paths.map(nameOf).join(", ");
