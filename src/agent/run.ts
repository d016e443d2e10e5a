// The long-running loop: follow the config, keep each family's rules as it wants them, and say how that goes.
import { type Config, type ConfigOptions, formatDiagnostics, formatDuration } from "../config/index.ts";
import type { Backend, EntryCounter } from "../kernel/index.ts";
import { decide, type PolicyOptions } from "../policy/index.ts";
import { claimChain } from "./alone.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { healthPage, readyPage } from "./health.ts";
import { type Address, serve } from "./http.ts";
import { type Keeper, type KeeperOptions, keep } from "./keeper.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";
import { settle } from "./settle.ts";
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

/** Milliseconds between two looks at the config while none has been valid. */
const FALLBACK_INTERVAL_MS = 60_000;

/** Starts the loop. Rejects where the address for metrics cannot be had; later on nothing ends it but `stop`. */
export async function run({
  config: configOptions,
  policy,
  listen,
  version,
  runtime,
  open,
  log,
}: RunOptions): Promise<Run> {
  const keepers = new Map<string, Keeper>();
  let file: ConfigFile | undefined;
  let config: Config | undefined;
  // Why the config file cannot be read.
  let trouble: string | undefined;
  let backend: Promise<Backend> | undefined;
  let lastEnd = performance.now();

  const interval = () => (config ? Number(config.resyncInterval / 1_000_000n) : FALLBACK_INTERVAL_MS);
  const openOnce = () => {
    // Once chosen it stays: to choose again at a failure could leave rules in both variants.
    backend ??= open().catch((error: unknown) => {
      backend = undefined;
      throw error;
    });
    return backend;
  };

  const counters = async () => {
    const read = async ({ family, policy }: Keeper): Promise<[string, readonly EntryCounter[]]> => {
      return [family, await openOnce().then((to) => to.counters(policy))];
    };
    const results = await Promise.allSettled([...keepers.values()].map(read));
    return new Map(results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  };
  const metrics = listen ? await createMetrics({ version, runtime, counters }) : undefined;

  const keeping: KeeperOptions = {
    open: openOnce,
    interval,
    ended: () => {
      lastEnd = performance.now();
    },
    log,
    metrics,
  };

  /** Reads the config file; answers whether something new is wanted. */
  const readConfig = (): boolean => {
    const now = readConfigFile(configOptions, file);
    log.over("config file");
    if (now === file) return false;
    file = now;
    metrics?.config(now.config !== undefined, now.bytes);
    if (!now.bytes)
      log.event("info", `no config file found at ${JSON.stringify(configOptions.file)}, using default values`);
    const warnings = now.diagnostics.filter(({ severity }) => severity === "warning");
    if (warnings.length > 0) log.event("warning", formatDiagnostics(warnings, now.text));
    if (!now.config) return false;
    log.over("config");
    config = now.config;
    log.event("info", `using config: ${summary(config)}`);
    for (const part of decide(config, policy)) {
      const keeper = keepers.get(part.family);
      if (keeper) keeper.want(part);
      else keepers.set(part.family, keep(part, keeping));
      metrics?.policy(part);
    }
    return true;
  };

  const follow = (): void => {
    const rest = () => (config ? "the last valid one stays in force" : "no rule is changed");
    try {
      if (readConfig()) sync();
      trouble = undefined;
      if (file && !file.config) {
        const errors = file.diagnostics.filter(({ severity }) => severity === "error");
        log.state("config", "error", `the config is invalid, ${rest()}:\n${formatDiagnostics(errors, file.text)}`);
      }
    } catch (error) {
      trouble = (error as Error).message;
      metrics?.config(false, undefined);
      log.state("config file", "error", `${trouble}; ${rest()}`);
    }
  };
  const sync = () => {
    for (const keeper of keepers.values()) keeper.trigger();
  };

  const close =
    listen && metrics
      ? await serve(listen, {
          "/metrics": async () => ({ status: 200, text: await metrics.page(), type: metrics.contentType }),
          "/healthz": () => healthPage(performance.now() - lastEnd, config ? interval() : undefined),
          "/readyz": () => readyPage([...keepers.values()], file, trouble),
        })
      : undefined;

  const claim = claimChain(policy.chain);
  // Looks at the config when its folder says that something happened, and at each interval for what the watch misses.
  const lookout: Reconciler = reconcile(async () => {
    watch.refresh();
    if (await claim.hold()) log.over("claim");
    else log.state("claim", "warning", `another ip-masq-agent keeps chain ${policy.chain} on this node`);
    follow();
    return true;
  }, interval);
  const changed = settle(lookout.trigger);
  const watch = watchFile(configOptions.file, changed, (why) => {
    log.event("warning", `cannot watch ${configOptions.file}, its changes are found at each resync: ${why}`);
  });

  lookout.trigger();
  return {
    sync: () => {
      follow();
      sync();
    },
    stop: async () => {
      watch.close();
      changed.cancel();
      await lookout.stop();
      await Promise.all([...keepers.values()].map((keeper) => keeper.stop()));
      close?.();
      claim.release();
    },
  };
}

function summary(config: Config): string {
  const shown = config.nonMasqueradeCIDRs.slice(0, 20).map(({ text }) => text);
  const more = config.nonMasqueradeCIDRs.length - shown.length;
  const list = [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join(", ");
  return `nonMasqueradeCIDRs [${list}], resync every ${formatDuration(config.resyncInterval)}`;
}
