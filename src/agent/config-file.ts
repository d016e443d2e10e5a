// Reads a config file from disk.
import { readFile } from "node:fs/promises";
import { type ConfigOptions, defaultConfig, type ParsedConfig, parseConfig } from "../config/index.ts";

/** A config file that is there but cannot be read. */
export class ConfigFileError extends Error {
  override name = "ConfigFileError";
}

export interface ConfigFile extends ParsedConfig {
  /** False where there is no such file, and the defaults apply. */
  readonly found: boolean;
}

/** Reads and parses the file that `options.file` names. Throws {@link ConfigFileError} where it is there but unreadable. */
export async function readConfigFile(options: ConfigOptions): Promise<ConfigFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(options.file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ENOTDIR: a part of the path is a file. Either way nothing is there to be read.
    if (code === "ENOENT" || code === "ENOTDIR") return { ...defaultConfig(options), found: false };
    const why = code === "EISDIR" ? "it is a directory; name the file in it" : message;
    throw new ConfigFileError(`cannot read the config ${options.file}: ${why}`);
  }
  return { ...parseConfig(bytes, options), found: true };
}
