// The long-running loop: follow the config, keep each family's rules as it wants them, and say how that goes.
import type { Opener } from "../backends/index.ts";
import type { Config, ReadOptions } from "../config/index.ts";
import type { Reset } from "../conntrack/index.ts";
import { type Address, inTurns, listenTo, memoryLimit, nodeAddresses } from "../host/index.ts";
import { compilePolicyInSteps, missingAddresses, type PolicyOptions } from "../policy/index.ts";
import { claimChain } from "./claim.ts";
import { followConfig } from "./config-follower.ts";
import { serveEndpoint } from "./endpoint.ts";
import { watchForeignRules } from "./foreign-rules.ts";
import { healthPage, readyPage } from "./health.ts";
import { setHeapFor } from "./heap.ts";
import { inTime } from "./in-time.ts";
import { createKeepers, type Keepers } from "./keepers.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createNatReader } from "./nat-metrics.ts";
import { watchOpenConnections } from "./open-connections.ts";
import { reconcile } from "./reconcile.ts";
import { watchRules } from "./rule-watch.ts";

export interface RunOptions {
  /** The config's files, and folders of them. */
  readonly paths: readonly string[];
  readonly config: ReadOptions;
  readonly policy: PolicyOptions;
  /** Where /metrics, /healthz and /readyz are served; undefined: nowhere. */
  readonly listen: Address | undefined;
  readonly version: string;
  readonly runtime: string;
  /** Opens the backend of a policy; asked for each sync. */
  readonly open: Opener;
  readonly log: Log;
  /** Are changes by other programs listened to? `auto`: if the cost of that can be measured. */
  readonly watchRules: "auto" | "true" | "false";
  /** Which connections are deleted if they keep an old treatment after a change. */
  readonly reset: Reset;
  /** The table of nftables that holds the agent's rules, if that backend keeps them. */
  readonly nftTable: string;
  /** Destinations whose ports in use are among the metrics; 0: none. */
  readonly busiestDestinations: number;
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

/** Longest that a scrape waits for all connections to be read; a million take it four seconds, and the next page has them. */
const NAT_MS = 2_000;

/** Starts the loop. Nothing ends it but `stop`. */
export async function run(options: RunOptions): Promise<Run> {
  const { paths, config, policy, listen, version, runtime, open, log } = options;
  let forced = false;
  let stopped = false;
  const interval = () => {
    const inForce = follower.config();
    return inForce ? Number(inForce.resyncInterval / 1_000_000n) : FALLBACK_INTERVAL_MS;
  };
  const nat = inTime(NAT_MS, createNatReader({ busiest: options.busiestDestinations, ranges: policy.ports }));
  const metrics = listen
    ? await createMetrics({ version, runtime, counters: () => keepers.counters(), nat })
    : undefined;
  const connections = watchOpenConnections({ reset: options.reset, log, metrics });
  const ours = { chain: policy.chain, table: options.nftTable };
  const foreign = watchForeignRules({ ours, interval, log, metrics });
  const keepers: Keepers = createKeepers(() => ({
    open,
    interval,
    log,
    metrics,
    isWatched: watch.isReliable,
    moved: (backend) => {
      if (backend.unit !== "exceptions") foreign.changed();
      const isReported = keepers.all().some((keeper) => keeper.table() !== undefined);
      // The first sync may end while the agent stops: a listener that starts then would outlive it.
      if (isReported && !stopped && options.watchRules !== "false") watch.start();
      else watch.stop();
    },
    replaced: (before, after) => {
      connections.changed(before, after);
      foreign.changed();
    },
  }));
  const watch = watchRules({
    listen: listenTo,
    tables: () => keepers.all().flatMap((keeper) => keeper.table() ?? []),
    matters: (event) => keepers.all().some((keeper) => keeper.concerns(event)),
    changed: (transaction) => keepers.changed(transaction),
    look: () => keepers.sync(),
    containerMemory: memoryLimit(),
    unmeasured: options.watchRules === "true",
    log,
    metrics,
  });

  const follower = followConfig({
    paths,
    options: config,
    log,
    changed: () => lookout.trigger(),
    makeRoom: () => keepers.ended(),
    read: ({ config: valid, sources }) => metrics?.config(valid !== undefined, sources),
    failed: () => metrics?.config(false, []),
  });

  /** Reads the config, and hands a new one to the keepers. */
  const follow = async (): Promise<boolean> => {
    const isNew = await follower.look();
    const valid = follower.config();
    if (valid) await warnOfAddresses(valid, log);
    if (!policy.ipv6) log.state("ipv6 off", "info", "IPv6 masquerading rules: not enabled.", 2);
    if (!isNew || !valid) return false;
    await setHeapFor(valid.nonMasqueradeCIDRs.length + valid.masqueradeCIDRs.length);
    metrics?.interval(interval() / 1000);
    const compiled = await inTurns(compilePolicyInSteps(valid, policy));
    if (stopped) return false;
    foreign.want(compiled);
    keepers.want(compiled);
    keepers.sync();
    return true;
  };

  const claim = claimChain(policy.chain);
  // Looks at the config when its folder says that something happened, and at each interval for what the watch misses.
  const lookout = reconcile(async () => {
    if (await claim.hold()) log.over("claim");
    else log.state("claim", "warning", `another ip-masq-agent keeps chain ${policy.chain} on this node`);
    const force = forced;
    forced = false;
    if (!(await follow()) && force) keepers.sync();
    return true;
  }, interval);

  const pages = {
    "/metrics": async () => ({ status: 200, text: (await metrics?.page()) ?? "", type: metrics?.contentType ?? "" }),
    "/healthz": () => healthPage(keepers.all(), interval()),
    "/readyz": () => readyPage(keepers.all(), follower.loaded(), follower.trouble()),
  };
  const endpoint = listen && serveEndpoint(listen, pages, log);

  endpoint?.trigger();
  lookout.trigger();
  return {
    sync: () => {
      forced = true;
      lookout.trigger();
    },
    stop: async () => {
      stopped = true;
      follower.stop();
      watch.stop();
      connections.stop();
      await Promise.all([lookout.stop(), endpoint?.stop(), foreign.stop(), keepers.stop()]);
      claim.release();
    },
  };
}

/** Warns of addresses that snat names and the node lacks; they may come and go while the config stays. */
async function warnOfAddresses(config: Config, log: Log): Promise<void> {
  // Few configs name any, and to ask costs some time.
  const local = config.snat.length > 0 ? await nodeAddresses() : undefined;
  const missing = local ? missingAddresses(config, local) : [];
  const messages = missing
    .map(({ message, origin }) => (origin ? `${origin.file}:${origin.line}:${origin.column}: ${message}` : message))
    .join("\n");
  if (messages !== "") log.state("snat addresses", "warning", messages);
  else log.over("snat addresses");
}
