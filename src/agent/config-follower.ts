// Follows the config: reads it again whenever it may have changed, and hands on every valid one.
import process from "node:process";
import { type Config, printableName, type ReadOptions } from "../config/index.ts";
import { ConfigFileError, type LoadedConfig, readSources, sameSources } from "./config-file.ts";
import { tellConfig, tellNewConfig } from "./config-log.ts";
import type { Log } from "./log.ts";
import { isLarge, parseAside } from "./parse-aside.ts";
import { pollFile } from "./poll.ts";
import { type Pace, settle } from "./settle.ts";
import { type Watch, watchFile } from "./watch.ts";

/** When a config is read: what was renamed is whole, a writer may not be done, and one that empties a file hardly ever is. */
const RENAMED: Pace = { quiet: 5, longest: 250 };
const WRITTEN: Pace = { quiet: 200, longest: 5_000 };
const EMPTIED: Pace = { quiet: 2_000, longest: 5_000 };

export interface ConfigFollower {
  /** Reads the config, unless it is being written: then `changed` follows. Returns whether there is a new valid one. */
  look(): Promise<boolean>;
  /** The last valid config. */
  config(): Config | undefined;
  /** What was read last, valid or not; undefined if it could not be read. */
  loaded(): LoadedConfig | undefined;
  /** Why it could not be read. */
  trouble(): string | undefined;
  /** Ends a parse under way, and watches no more. */
  stop(): void;
}

export interface FollowOptions {
  /** Files, and folders of them. */
  readonly paths: readonly string[];
  readonly options: ReadOptions;
  readonly log: Log;
  /** Called when it is time to look. */
  readonly changed: () => void;
  /** Waited for before a large config is parsed: beside a large write under way, it may take more memory than there is. */
  readonly makeRoom: () => Promise<void>;
  /** Called with all that is read. */
  readonly read: (loaded: LoadedConfig) => void;
  /** Called if it cannot be read. */
  readonly failed: () => void;
}

/** Begins to watch the files and folders; nothing is read before the first `look`. */
export function followConfig({ paths, options, log, changed, makeRoom, read, failed }: FollowOptions): ConfigFollower {
  const stopping = new AbortController();
  const name = paths.join(", ");
  let loaded: LoadedConfig | undefined;
  let config: Config | undefined;
  let trouble: string | undefined;
  // Was the config last read from a folder? One that goes is a mount that failed rather than a wish for the defaults.
  let wasFolder = false;
  // Was a file found empty that was not before, and is looked at again?
  let emptied = false;
  const settler = settle(changed);
  const watches = paths.map((path) => watch(path, (written) => settler(written ? WRITTEN : RENAMED), log));
  const rest = () => (config ? "the last valid one stays in force" : "no rule is changed");

  /** Reads the files; returns whether they make up a new valid config. */
  const readNew = async (): Promise<boolean> => {
    const sources = readSources(paths, true);
    if (sources.length === 0 && wasFolder) {
      throw new ConfigFileError(`cannot read the config ${printableName(name)}: the folder that held it is gone`);
    }
    wasFolder = sources.length > 0 && !sources.some(({ file }) => paths.includes(file));
    const had = new Map(loaded?.sources.map(({ file, bytes }) => [file, bytes.length]));
    if (!emptied && sources.some(({ file, bytes }) => bytes.length === 0 && (had.get(file) ?? 0) > 0)) {
      emptied = true;
      settler(EMPTIED);
      return false;
    }
    emptied = false;
    if (log.over("config file")) log.event("info", `the config ${name} can be read again`);
    if (loaded && sameSources(sources, loaded.sources)) return false;
    // What happens to the files meanwhile leads to another look, which reads the newest after this one.
    if (isLarge(sources)) await makeRoom();
    loaded = { ...(await parseAside(sources, options, stopping.signal)), sources };
    read(loaded);
    tellNewConfig(log, loaded);
    config = loaded.config ?? config;
    return loaded.config !== undefined;
  };

  return {
    look: async () => {
      for (const one of watches) one.refresh();
      if (stopping.signal.aborted || settler.pending()) return false;
      try {
        const isNew = await readNew();
        trouble = undefined;
        if (loaded) tellConfig(log, paths, loaded, rest());
        return isNew;
      } catch (error) {
        if (stopping.signal.aborted) return false;
        trouble = (error as Error).message;
        loaded = undefined;
        failed();
        log.state("config file", "error", `Error syncing configuration: ${trouble}; ${rest()}`);
        return false;
      }
    },
    config: () => config,
    loaded: () => loaded,
    trouble: () => trouble,
    stop: () => {
      stopping.abort();
      settler.cancel();
      for (const one of watches) one.close();
    },
  };
}

/** On Deno files are polled: its watcher opens every file in the folder, and hangs on a FIFO. */
function watch(path: string, changed: (written: boolean) => void, log: Log): Watch {
  if (process.versions.deno) return pollFile(path, changed);
  return watchFile(path, changed, (why) => {
    log.event("warning", `cannot watch ${path}, its changes are found at each resync: ${why}`);
  });
}
