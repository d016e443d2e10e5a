// Reads the files of a config from disk.
import { readdirSync, statSync } from "node:fs";
import { type ConfigSource, MAX_CONFIG_BYTES, printableName } from "../config/index.ts";
import { reportedAs } from "../errors/index.ts";
import { fileReason, readRegularFile, readStart } from "../host/index.ts";

/** A config file exists but cannot be read, or it is missing although it must exist. */
export class ConfigFileError extends reportedAs("config-unreadable") {}

/** A file of a config and its bytes. */
export interface LoadedSource extends ConfigSource {
  readonly bytes: Uint8Array;
}

/** The prefix of config file names in a folder; other files are ignored. */
const PREFIX = "ip-masq";

/** The most files of one config. */
const MAX_FILES = 100;

/** Bytes of all files of a config together: four full ConfigMaps. */
const MAX_TOTAL_BYTES = 4 * MAX_CONFIG_BYTES;

/**
 * Reads the files that `paths` name: a file itself, and in a folder every file whose name starts with `ip-masq`, sorted by
 * name. A single file may be missing; if there are several paths, each must exist, and a single folder must contain a file.
 * Reads at most one byte more than the limit of each file.
 *
 * @param regular refuse pipes and devices, which might block forever
 * @throws {@link ConfigFileError} if a file exists but cannot be read
 */
export function readSources(paths: readonly string[], regular = false): readonly LoadedSource[] {
  const sources: LoadedSource[] = [];
  let bytesLeft = MAX_TOTAL_BYTES;
  const files = new Map(paths.flatMap(filesOf).map(({ file, found }) => [file, found]));
  for (const [file, found] of files) {
    const bytes = readBytes(file, regular || found, MAX_CONFIG_BYTES + 1);
    if (!bytes && paths.length > 1 && !found) {
      // If one of several files were missing, the limits that it sets would be lost silently.
      const why = "file not found; if several are named, each must exist";
      throw new ConfigFileError(`cannot read the config ${printableName(file)}: ${why}`);
    }
    if (!bytes) continue;
    sources.push({ file, bytes });
    bytesLeft -= bytes.length;
    if (bytesLeft < 0) {
      throw new ConfigFileError(
        `cannot read the config ${printableName(file)}: together with the files before it, it exceeds 4 MiB`,
      );
    }
    if (sources.length > MAX_FILES) {
      throw new ConfigFileError(
        `cannot read the config ${printableName(file)}: a config may have at most ${MAX_FILES} files`,
      );
    }
  }
  const folder = sources.length === 0 ? paths.find(isFolder) : undefined;
  if (folder === undefined) return sources;
  // An empty folder is more likely a failed mount than a request for the defaults.
  const why = `it is a directory without a file whose name starts with ${PREFIX}`;
  throw new ConfigFileError(`cannot read the config ${printableName(folder)}: ${why}`);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The files that a path stands for; `found` is true for files found in a folder. */
function filesOf(path: string): readonly { readonly file: string; readonly found: boolean }[] {
  try {
    if (!isFolder(path)) return [{ file: path, found: false }];
    const names = readdirSync(path).filter((name) => name.startsWith(PREFIX));
    const files = names.sort().map((name) => `${path.replace(/\/+$/, "")}/${name}`);
    return files.filter((file) => !isFolder(file)).map((file) => ({ file, found: true }));
  } catch {
    // Reading it will report the error.
    return [{ file: path, found: false }];
  }
}

function readBytes(file: string, regular: boolean, maxBytes: number): Uint8Array | undefined {
  try {
    return (regular ? readRegularFile : readStart)(file, maxBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOTDIR: a parent in the path is a file. Either way the file does not exist.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConfigFileError(`cannot read the config ${printableName(file)}: ${fileReason(error)}`);
  }
}

/** Whether these are the same files with the same bytes. */
export function sameSources(a: readonly LoadedSource[], b: readonly LoadedSource[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ file, bytes }, i) => file === b[i]?.file && Buffer.compare(bytes, b[i]?.bytes ?? EMPTY) === 0)
  );
}

const EMPTY = new Uint8Array();
