// The long-running loop: follow the config, keep each family's rules as it wants them, and say how that goes.
import process from "node:process";
import type { Backend, EntryCounter } from "../backends/index.ts";
import { type Config, type ConfigOptions, defaultConfig } from "../config/index.ts";
import { type Address, formatAddress, type Served, serve } from "../host/index.ts";
import { compilePolicy, type PolicyOptions } from "../policy/index.ts";
import { claimChain } from "./claim.ts";
import { type ConfigFile, readConfigBytes, sameBytes } from "./config-file.ts";
import { tellConfig, tellNewConfig } from "./config-log.ts";
import { healthPage, readyPage } from "./health.ts";
import { setHeapFor } from "./heap.ts";
import { inTime } from "./in-time.ts";
import { type Keeper, type KeeperOptions, keep } from "./keeper.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { parseAside } from "./parse-aside.ts";
import { pollFile } from "./poll.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";
import { type Pace, settle } from "./settle.ts";
import { watchFile } from "./watch.ts";

export interface RunOptions {
  readonly config: ConfigOptions;
  readonly policy: PolicyOptions;
  /** Where /metrics, /healthz and /readyz are served; undefined: nowhere. */
  readonly listen: Address | undefined;
  readonly version: string;
  readonly runtime: string;
  /** Opens the way into the kernel; asked again after a failure. */
  readonly open: () => Promise<Backend>;
  readonly log: Log;
}

/** A loop that runs. */
export interface Run {
  /** Reads the config and syncs now. */
  sync(): void;
  /** Ends it: syncs under way are finished, the rules stay. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks at the config while none has been valid, and between two tries to listen. */
const FALLBACK_INTERVAL_MS = 60_000;

/** When a config is read: what was renamed is whole, a writer may not be done, and who empties a file hardly ever is. */
const RENAMED: Pace = { quiet: 5, longest: 250 };
const WRITTEN: Pace = { quiet: 200, longest: 5_000 };
const EMPTIED: Pace = { quiet: 2_000, longest: 5_000 };

/** Longest that a scrape waits for the kernel's counters; Prometheus gives up after 10 s. */
const COUNTERS_MS = 2_000;

/** Starts the loop. Nothing ends it but `stop`. */
export async function run({
  config: configOptions,
  policy,
  listen,
  version,
  runtime,
  open,
  log,
}: RunOptions): Promise<Run> {
  const keepers: Keeper[] = [];
  let file: ConfigFile | undefined;
  let config: Config | undefined;
  // Why the config file cannot be read.
  let trouble: string | undefined;
  let stopped = false;
  const stopping = new AbortController();
  // Was the file found empty that was not before, and is looked at again?
  let emptied = false;
  let forced = false;
  let backend: Promise<Backend> | undefined;

  const interval = () => (config ? Number(config.resyncInterval / 1_000_000n) : FALLBACK_INTERVAL_MS);
  const openOnce = () => {
    // Once chosen it stays: to choose again at a failure could leave rules in both variants.
    backend ??= open().catch((error: unknown) => {
      backend = undefined;
      throw error;
    });
    return backend;
  };

  const readers = new Map<Keeper, () => Promise<readonly EntryCounter[] | undefined>>();
  const counters = async () => {
    const found = await Promise.all([...readers].map(async ([{ family }, read]) => [family, await read()] as const));
    return new Map(found.flatMap(([family, entries]) => (entries ? [[family, entries] as const] : [])));
  };
  const metrics = listen ? await createMetrics({ version, runtime, counters }) : undefined;
  const keeping: KeeperOptions = { open: openOnce, interval, log, metrics };

  /** Reads the config file; answers whether something new is wanted. */
  const readConfig = async (): Promise<boolean> => {
    const bytes = readConfigBytes(configOptions.file, true);
    if (!emptied && bytes?.length === 0 && (file?.bytes?.length ?? 0) > 0) {
      emptied = true;
      changed(EMPTIED);
      return false;
    }
    emptied = false;
    if (log.over("config file")) log.event("info", `the config ${configOptions.file} can be read again`);
    if (file && sameBytes(bytes, file.bytes)) return false;
    // What happens to the file meanwhile triggers the lookout again, which reads the newest after this one.
    const parsed = bytes ? await parseAside(bytes, configOptions, stopping.signal) : defaultConfig(configOptions);
    const now = { ...parsed, bytes };
    file = now;
    metrics?.config(now.config !== undefined, now.bytes);
    tellNewConfig(log, now);
    if (!now.config) return false;
    config = now.config;
    setHeapFor(config.nonMasqueradeCIDRs.length);
    metrics?.interval(interval() / 1000);
    for (const part of compilePolicy(config, policy)) {
      const keeper = keepers.find(({ family }) => family === part.family);
      if (keeper) {
        keeper.want(part);
        continue;
      }
      metrics?.kept(part.family);
      const added = keep(part, keeping);
      keepers.push(added);
      readers.set(added, inTime(COUNTERS_MS, added.counters));
    }
    return true;
  };

  /** Reads the config and syncs where it is new; answers whether it is. */
  const follow = async (): Promise<boolean> => {
    // What is being written is read when it is whole.
    if (stopped || changed.pending()) return false;
    const rest = () => (config ? "the last valid one stays in force" : "no rule is changed");
    try {
      const isNew = await readConfig();
      if (isNew) sync();
      trouble = undefined;
      if (file) tellConfig(log, configOptions.file, file, rest());
      if (!policy.ipv6) log.state("ipv6 off", "info", "IPv6 masquerading rules: not enabled.", 2);
      return isNew;
    } catch (error) {
      if (stopped) return false;
      trouble = (error as Error).message;
      file = undefined;
      metrics?.config(false, undefined);
      log.state("config file", "error", `Error syncing configuration: ${trouble}; ${rest()}`);
      return false;
    }
  };
  const sync = () => {
    for (const keeper of keepers) keeper.trigger();
  };

  // The rules matter more than who sees them: where the port is taken they are kept all the same.
  let served: Served | undefined;
  let said = false;
  const listener: Reconciler | undefined =
    listen &&
    metrics &&
    reconcile(
      async () => {
        try {
          served ??= await serve(listen, {
            "/metrics": async () => ({ status: 200, text: await metrics.page(), type: metrics.contentType }),
            "/healthz": () => healthPage(keepers, interval()),
            "/readyz": () => readyPage(keepers, file, trouble),
          });
          if (log.over("listen") || !said) log.event("info", `serving metrics and health on ${formatAddress(listen)}`);
          said = true;
          return true;
        } catch (error) {
          const why = `cannot serve metrics on ${formatAddress(listen)}: ${(error as Error).message}`;
          log.state("listen", "error", `${why}; trying again`);
          return false;
        }
      },
      () => FALLBACK_INTERVAL_MS,
    );

  const claim = claimChain(policy.chain);
  // Looks at the config when its folder says that something happened, and at each interval for what the watch misses.
  const lookout: Reconciler = reconcile(async () => {
    watch.refresh();
    if (await claim.hold()) log.over("claim");
    else log.state("claim", "warning", `another ip-masq-agent keeps chain ${policy.chain} on this node`);
    const force = forced;
    forced = false;
    if (!(await follow()) && force) sync();
    return true;
  }, interval);
  const changed = settle(lookout.trigger);
  const onChange = (written: boolean) => changed(written ? WRITTEN : RENAMED);
  const watch = process.versions.deno
    ? pollFile(configOptions.file, onChange)
    : watchFile(configOptions.file, onChange, (why) => {
        log.event("warning", `cannot watch ${configOptions.file}, its changes are found at each resync: ${why}`);
      });

  listener?.trigger();
  lookout.trigger();
  return {
    sync: () => {
      forced = true;
      lookout.trigger();
    },
    stop: async () => {
      stopped = true;
      stopping.abort();
      watch.close();
      changed.cancel();
      await Promise.all([lookout, listener, ...keepers].map((one) => one?.stop()));
      served?.close();
      claim.release();
    },
  };
}
