// Follows the config: reads it again whenever it may have changed, and keeps the last valid one.
import process from "node:process";
import { type Config, printableName, type ReadOptions } from "../config/index.ts";
import { ConfigFileError, readSources, sameSources } from "./config-file.ts";
import { logConfig, logNewConfig } from "./config-log.ts";
import { debounce, type Pace } from "./debounce.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import type { Log } from "./log.ts";
import { isLarge, parseAside } from "./parse-aside.ts";
import { pollFile } from "./poll.ts";
import { type Watch, watchFile } from "./watch.ts";

/** When to read: a renamed file is complete, a writer may not have finished, and one that has emptied a file surely has not. */
const RENAMED: Pace = { quiet: 5, max: 250 };
const WRITTEN: Pace = { quiet: 200, max: 5_000 };
const EMPTIED: Pace = { quiet: 2_000, max: 5_000 };

export interface ConfigFollower {
  /** Reads the config and returns whether there is a new valid one. Skipped during a write, after which `changed` is called. */
  check(): Promise<boolean>;
  /** The last valid config. */
  config(): Config | undefined;
  /** The config read last, valid or not; undefined if it could not be read. */
  loaded(): LoadedConfig | undefined;
  /** Why it could not be read. */
  readError(): string | undefined;
  /** Cancels a running parse and stops watching. */
  stop(): void;
}

export interface FollowOptions {
  /** Files, and folders of them. */
  readonly paths: readonly string[];
  readonly options: ReadOptions;
  readonly log: Log;
  /** Called when the config should be checked. */
  readonly changed: () => void;
  /** Awaited before a large config is parsed: together with a large write it might exceed the memory limit. */
  readonly writesDone: () => Promise<void>;
  /** Called with every config that was read. */
  readonly read: (loaded: LoadedConfig) => void;
  /** Called if the config cannot be read. */
  readonly failed: () => void;
}

/** Starts to watch the files and folders; nothing is read before the first `check`. */
export function followConfig({
  paths,
  options,
  log,
  changed,
  writesDone,
  read,
  failed,
}: FollowOptions): ConfigFollower {
  const stopping = new AbortController();
  const name = paths.join(", ");
  let loaded: LoadedConfig | undefined;
  let config: Config | undefined;
  let readError: string | undefined;
  // Whether the config was last read from a folder. If the folder disappears, a mount has failed: do not use the defaults.
  let wasFolder = false;
  // Whether a file has become empty and must be read again.
  let emptied = false;
  const debouncer = debounce(changed);
  const watches = paths.map((path) => watch(path, (written) => debouncer(written ? WRITTEN : RENAMED), log));
  const consequence = () => (config ? "the last valid one stays in force" : "no rules are changed");

  /** Reads the files; returns whether they form a new valid config. */
  const readNew = async (): Promise<boolean> => {
    const sources = readSources(paths, true);
    if (sources.length === 0 && wasFolder) {
      throw new ConfigFileError(`cannot read the config ${printableName(name)}: its folder no longer exists`);
    }
    wasFolder = sources.length > 0 && !sources.some(({ file }) => paths.includes(file));
    const had = new Map(loaded?.sources.map(({ file, bytes }) => [file, bytes.length]));
    if (!emptied && sources.some(({ file, bytes }) => bytes.length === 0 && (had.get(file) ?? 0) > 0)) {
      emptied = true;
      debouncer(EMPTIED);
      return false;
    }
    emptied = false;
    if (log.over("config file")) log.event("info", `the config ${name} can be read again`);
    if (loaded && sameSources(sources, loaded.sources)) return false;
    // A change in the meantime triggers another check, which reads the newest files.
    if (isLarge(sources)) await writesDone();
    loaded = { ...(await parseAside(sources, options, stopping.signal)), sources };
    read(loaded);
    logNewConfig(log, loaded);
    config = loaded.config ?? config;
    return loaded.config !== undefined;
  };

  return {
    check: async () => {
      for (const one of watches) one.refresh();
      if (stopping.signal.aborted || debouncer.pending()) return false;
      try {
        const isNew = await readNew();
        readError = undefined;
        if (loaded) logConfig(log, paths, loaded, consequence());
        return isNew;
      } catch (error) {
        if (stopping.signal.aborted) return false;
        readError = (error as Error).message;
        loaded = undefined;
        failed();
        log.state("config file", "error", `Error syncing configuration: ${readError}; ${consequence()}`);
        return false;
      }
    },
    config: () => config,
    loaded: () => loaded,
    readError: () => readError,
    stop: () => {
      stopping.abort();
      debouncer.cancel();
      for (const one of watches) one.close();
    },
  };
}

/** On Deno, files are polled: its watcher opens every file in the folder and hangs on a FIFO. */
function watch(path: string, changed: (written: boolean) => void, log: Log): Watch {
  if (process.versions.deno) return pollFile(path, changed);
  return watchFile(path, changed, (why) => {
    log.event("warning", `cannot watch ${path}; changes to it are found at the next resync: ${why}`);
  });
}
