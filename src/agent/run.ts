// The long-running loop: follows the config, maintains each family's rules, and reports the state.
import type { Opener } from "../backends/index.ts";
import type { Config, ReadOptions } from "../config/index.ts";
import type { Reset } from "../conntrack/index.ts";
import { type Address, listenTo, memoryLimit, nodeAddresses, runCooperatively } from "../host/index.ts";
import { compilePolicyInSteps, missingAddresses, type PolicyOptions } from "../policy/index.ts";
import { claimChain } from "./claim.ts";
import { followConfig } from "./config-follower.ts";
import { serveEndpoint } from "./endpoint.ts";
import { watchForeignRules } from "./foreign-rules.ts";
import { healthPage, readyPage } from "./health.ts";
import { setHeapFor } from "./heap.ts";
import { createKeepers, type Keepers } from "./keepers.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createNatReader } from "./nat-metrics.ts";
import { watchOpenConnections } from "./open-connections.ts";
import { reconcile } from "./reconcile.ts";
import { watchRules } from "./rule-watch.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface RunOptions {
  /** The config's files, and folders of them. */
  readonly paths: readonly string[];
  readonly config: ReadOptions;
  readonly policy: PolicyOptions;
  /** The address for /metrics, /healthz and /readyz; undefined: not served. */
  readonly listen: Address | undefined;
  readonly version: string;
  readonly runtime: string;
  /** Opens the backend of a policy; called for each sync. */
  readonly open: Opener;
  readonly log: Log;
  /** Whether to listen to changes by other programs. `auto`: if the cost can be measured. */
  readonly watchRules: "auto" | "true" | "false";
  /** Which connections with an old treatment are deleted after a change. */
  readonly reset: Reset;
  /** The name of the agent's nftables table, for the nftables backend. */
  readonly nftTable: string;
  /** For how many destinations the metrics include the ports in use; 0: none. */
  readonly busiestDestinations: number;
}

/** A running loop. */
export interface Run {
  /** Reads the config and syncs now. */
  sync(): void;
  /** Stops the loop: running syncs are finished, the rules stay. */
  stop(): Promise<void>;
}

/** The interval between two reads of the config as long as none has been valid. */
const FALLBACK_INTERVAL_MS = 60_000;

/** The longest time that a scrape waits for connections to be read. A million take four seconds and are on the next page. */
const NAT_MS = 2_000;

/** Starts the loop, which runs until `stop`. */
export async function run(options: RunOptions): Promise<Run> {
  const { paths, config, policy, listen, version, runtime, open, log } = options;
  let forced = false;
  let stopped = false;
  const interval = () => {
    const inForce = follower.config();
    return inForce ? Number(inForce.resyncInterval / 1_000_000n) : FALLBACK_INTERVAL_MS;
  };
  const nat = withTimeLimit(NAT_MS, createNatReader({ busiest: options.busiestDestinations, ranges: policy.ports }));
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
      // The first sync may end while the agent stops: do not start a listener that would outlive it.
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
    readAll: () => keepers.sync(),
    containerMemory: memoryLimit(),
    unmeasured: options.watchRules === "true",
    log,
    metrics,
  });

  const follower = followConfig({
    paths,
    options: config,
    log,
    changed: () => configLoop.trigger(),
    writesDone: () => keepers.ended(),
    read: ({ config: valid, sources }) => metrics?.config(valid !== undefined, sources),
    failed: () => metrics?.config(false, []),
  });

  /** Reads the config, and passes a new one to the keepers. */
  const follow = async (): Promise<boolean> => {
    const isNew = await follower.check();
    const valid = follower.config();
    if (valid) await warnOfAddresses(valid, log);
    if (!policy.ipv6) log.state("ipv6 off", "info", "IPv6 masquerading rules: not enabled.", 2);
    if (!isNew || !valid) return false;
    await setHeapFor(valid.nonMasqueradeCIDRs.length + valid.masqueradeCIDRs.length);
    metrics?.interval(interval() / 1000);
    const compiled = await runCooperatively(compilePolicyInSteps(valid, policy));
    if (stopped) return false;
    foreign.want(compiled);
    keepers.want(compiled);
    keepers.sync();
    return true;
  };

  const claim = claimChain(policy.chain);
  // Checks the config when its watch reports an event, and at each interval in case the watch missed one.
  const configLoop = reconcile(async () => {
    if (await claim.hold()) log.over("claim");
    else log.state("claim", "warning", `another ip-masq-agent maintains chain ${policy.chain} on this node`);
    const force = forced;
    forced = false;
    if (!(await follow()) && force) keepers.sync();
    return true;
  }, interval);

  const pages = {
    "/metrics": async () => ({ status: 200, text: (await metrics?.page()) ?? "", type: metrics?.contentType ?? "" }),
    "/healthz": () => healthPage(keepers.all(), interval()),
    "/readyz": () => readyPage(keepers.all(), follower.loaded(), follower.readError()),
  };
  const endpoint = listen && serveEndpoint(listen, pages, log);

  endpoint?.trigger();
  configLoop.trigger();
  return {
    sync: () => {
      forced = true;
      configLoop.trigger();
    },
    stop: async () => {
      stopped = true;
      follower.stop();
      watch.stop();
      connections.stop();
      await Promise.all([configLoop.stop(), endpoint?.stop(), foreign.stop(), keepers.stop()]);
      claim.release();
    },
  };
}

/** Warns of addresses in snat that the node lacks; they may come and go while the config stays the same. */
async function warnOfAddresses(config: Config, log: Log): Promise<void> {
  // Reading the node's addresses takes time, and few configs need it.
  const local = config.snat.length > 0 ? await nodeAddresses() : undefined;
  const missing = local ? missingAddresses(config, local) : [];
  const messages = missing
    .map(({ message, origin }) => (origin ? `${origin.file}:${origin.line}:${origin.column}: ${message}` : message))
    .join("\n");
  if (messages !== "") log.state("snat addresses", "warning", messages);
  else log.over("snat addresses");
}
