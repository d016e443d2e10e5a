// Reads a config file from disk.
import {
  type ConfigOptions,
  defaultConfig,
  MAX_CONFIG_BYTES,
  type ParsedConfig,
  parseConfig,
} from "../config/index.ts";
import { readRegularFile, readStart } from "../host/index.ts";

/** A config file that is there but cannot be read. */
export class ConfigFileError extends Error {
  override name = "ConfigFileError";
}

export interface ConfigFile extends ParsedConfig {
  /** What was read; undefined where there is no such file, and the defaults apply. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Reads and parses the file that `options.file` names. Throws {@link ConfigFileError} where it is there but cannot be read.
 */
export function readConfigFile(options: ConfigOptions): ConfigFile {
  const bytes = readConfigBytes(options.file);
  return { ...(bytes ? parseConfig(bytes, options) : defaultConfig(options)), bytes };
}

/**
 * The bytes of a config file, one more at most than a config may have; undefined where there is none. Throws
 * {@link ConfigFileError} where it is there but cannot be read; with `regular` also where it is a pipe or the like, which
 * could be waited for without end.
 */
export function readConfigBytes(file: string, regular = false): Uint8Array | undefined {
  try {
    return (regular ? readRegularFile : readStart)(file, MAX_CONFIG_BYTES + 1);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ENOTDIR: a part of the path is a file. Either way nothing is there to be read.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code === "EISDIR" ? "it is a directory; name the file in it" : message;
    throw new ConfigFileError(`cannot read the config ${file}: ${why}`);
  }
}

/** Are these the same bytes, or is there no file both times? */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}
