// Reads a config file from disk.
import { readFileSync } from "node:fs";
import { type ConfigOptions, defaultConfig, type ParsedConfig, parseConfig } from "../config/index.ts";
import { readRegularFile } from "../kernel/index.ts";

/** A config file that is there but cannot be read. */
export class ConfigFileError extends Error {
  override name = "ConfigFileError";
}

export interface ConfigFile extends ParsedConfig {
  /** What was read; undefined where there is no such file, and the defaults apply. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Reads and parses the file that `options.file` names. Where its bytes are those of `last`, the answer is `last` itself.
 * Throws {@link ConfigFileError} where it is there but cannot be read; with `regular` also where it is a pipe or the like,
 * which could be waited for without end.
 */
export function readConfigFile(options: ConfigOptions, last?: ConfigFile, regular = false): ConfigFile {
  const bytes = readBytes(options.file, regular);
  if (last && same(bytes, last.bytes)) return last;
  return { ...(bytes ? parseConfig(bytes, options) : defaultConfig(options)), bytes };
}

function readBytes(file: string, regular: boolean): Uint8Array | undefined {
  try {
    return regular ? readRegularFile(file) : readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ENOTDIR: a part of the path is a file. Either way nothing is there to be read.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code === "EISDIR" ? "it is a directory; name the file in it" : message;
    throw new ConfigFileError(`cannot read the config ${file}: ${why}`);
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((byte, i) => byte === b?.[i]) === true);
}
