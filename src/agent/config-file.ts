// Reads the files of a config from disk.
import { readdirSync, statSync } from "node:fs";
import {
  type ConfigSource,
  defaultConfig,
  MAX_CONFIG_BYTES,
  type ParsedConfig,
  parseConfigs,
  printableName,
  type ReadOptions,
} from "../config/index.ts";
import { reportedAs } from "../errors/index.ts";
import { readRegularFile, readStart } from "../host/index.ts";

/** A config file that is there but cannot be read. */
export class ConfigFileError extends reportedAs("config-unreadable") {}

/** A file of a config, as it was read. */
export interface LoadedSource extends ConfigSource {
  readonly bytes: Uint8Array;
}

export interface LoadedConfig extends ParsedConfig {
  /** What was read; empty if there are no files, and the defaults apply. */
  readonly sources: readonly LoadedSource[];
}

/** How names of config files in a folder begin; all others are passed over. */
const PREFIX = "ip-masq";

/** Files of one config at most. */
const MAX_FILES = 100;

/** Bytes of all files of a config together: four full ConfigMaps. */
const MAX_TOTAL_BYTES = 4 * MAX_CONFIG_BYTES;

/** Reads and parses the files that `paths` name. Throws as {@link readSources}. */
export function readConfigFiles(paths: readonly string[], options: ReadOptions): LoadedConfig {
  const sources = readSources(paths);
  return { ...(sources.length > 0 ? parseConfigs(sources, options) : defaultConfig(options)), sources };
}

/**
 * The files that `paths` name: a file itself, and of a folder every file in it whose name starts with `ip-masq`, in the
 * order of names. A single file may be missing; of several paths each must exist, and a lone folder must hold a file. At most
 * one byte more than a file may have is read of each.
 *
 * @param regular refuse pipes and devices, which could be waited for without end
 * @throws {@link ConfigFileError} if one is there but cannot be read
 */
export function readSources(paths: readonly string[], regular = false): readonly LoadedSource[] {
  const sources: LoadedSource[] = [];
  let room = MAX_TOTAL_BYTES;
  const files = new Map(paths.flatMap(filesOf).map(({ file, found }) => [file, found]));
  for (const [file, found] of files) {
    const bytes = readBytes(file, regular || found, MAX_CONFIG_BYTES + 1);
    if (!bytes && paths.length > 1 && !found) {
      // A limit that one of several files sets must not be lost with it.
      const why = "there is no such file; of several, each must be there";
      throw new ConfigFileError(`cannot read the config ${printableName(file)}: ${why}`);
    }
    if (!bytes) continue;
    sources.push({ file, bytes });
    room -= bytes.length;
    if (room < 0) {
      throw new ConfigFileError(
        `cannot read the config ${printableName(file)}: it and the files before it have more than 4 MiB together`,
      );
    }
    if (sources.length > MAX_FILES) {
      throw new ConfigFileError(
        `cannot read the config ${printableName(file)}: a config has ${MAX_FILES} files at most`,
      );
    }
  }
  const folder = sources.length === 0 ? paths.find(isFolder) : undefined;
  if (folder === undefined) return sources;
  // More likely a mistake than a wish for the defaults: a mount that failed leaves an empty folder too.
  const why = `it is a directory, and no file in it has a name that starts with ${PREFIX}`;
  throw new ConfigFileError(`cannot read the config ${printableName(folder)}: ${why}`);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The files that a path stands for; `found`: it is one that a folder was found to hold. */
function filesOf(path: string): readonly { readonly file: string; readonly found: boolean }[] {
  try {
    if (!isFolder(path)) return [{ file: path, found: false }];
    const names = readdirSync(path).filter((name) => name.startsWith(PREFIX));
    const files = names.sort().map((name) => `${path.replace(/\/+$/, "")}/${name}`);
    return files.filter((file) => !isFolder(file)).map((file) => ({ file, found: true }));
  } catch {
    // Reading it says why.
    return [{ file: path, found: false }];
  }
}

function readBytes(file: string, regular: boolean, most: number): Uint8Array | undefined {
  try {
    return (regular ? readRegularFile : readStart)(file, most);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ENOTDIR: a part of the path is a file. Either way nothing is there to be read.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConfigFileError(`cannot read the config ${printableName(file)}: ${message}`);
  }
}

/** Are these the same files with the same bytes? */
export function sameSources(a: readonly LoadedSource[], b: readonly LoadedSource[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ file, bytes }, i) => file === b[i]?.file && Buffer.compare(bytes, b[i]?.bytes ?? EMPTY) === 0)
  );
}

const EMPTY = new Uint8Array();
