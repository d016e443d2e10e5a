// The agent's metrics for Prometheus.
import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EntryCounter } from "../backends/index.ts";
import type { LoadedSource } from "./config-file.ts";
import { createNatMetrics, type NatState } from "./nat-metrics.ts";

/** How many programs get a series of their own. */
const MAX_PROGRAMS = 20;

/** `unchanged`: the rules were not read, because no change was reported. */
const RESULTS = ["in_sync", "unchanged", "changed", "failed"] as const;
export type SyncResult = (typeof RESULTS)[number];

/** Receives what happens, and makes the page. */
export interface Metrics {
  /** A sync of a family has ended. `drift`: it repaired rules although the policy is unchanged. */
  synced(family: string, result: SyncResult, seconds: number, drift: boolean): void;
  /** Whether the kernel supports a family that the agent maintains. */
  available(family: string, isAvailable: boolean): void;
  /** The agent starts to maintain a family. */
  kept(family: string): void;
  /** Which backend maintains the rules, and why it was chosen. */
  backend(name: string, reason: string): void;
  /** Whether changes by other programs are reported. */
  watching(isWatching: boolean): void;
  /** Drift of a family was repaired that these programs caused. */
  repairedAfter(family: string, programs: readonly string[]): void;
  /** How many rules, or exceptions of a CNI config, the policy of a family takes. */
  wanted(family: string, count: number): void;
  /** The resync interval in seconds. */
  interval(seconds: number): void;
  /** A config was read. Without sources it is the default config, or it could not be read. */
  config(valid: boolean, sources: readonly LoadedSource[]): void;
  /** How many open connections keep their old treatment after a change, and how many were deleted. */
  openConnections(old: number, deleted: number): void;
  /** How many rules of other programs certainly override the config, and how many do or may. */
  foreignRules(certain: number, all: number): void;
  /** The whole page in the text format; reads the counters of the rules. */
  page(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly version: string;
  readonly runtime: string;
  /** The counters of the rules by family; a family that cannot be read in time is left out. */
  readonly counters: () => Promise<ReadonlyMap<string, readonly EntryCounter[]>>;
  /** The connection table and the ports in use; undefined if they cannot be read in time. */
  readonly nat: () => Promise<NatState | undefined>;
}

const PREFIX = "ip_masq_agent_";

/** In seconds. Syncs take 10 ms on an idle node and hundreds with a table of 40,000 legacy rules. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates the metrics. The library is loaded only here, so that an agent without metrics does not pay for it. */
export async function createMetrics({ version, runtime, counters, nat }: MetricsOptions): Promise<Metrics> {
  const prom = await loadLibrary();
  const { createHash } = await import("node:crypto");
  const registry: Registry = new prom.Registry();
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: T[]): Counter<T> =>
    new prom.Counter({ name: `${PREFIX}${name}`, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: T[] = []): Gauge<T> =>
    new prom.Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers });

  const syncs = counter("syncs_total", "Syncs by family and result: in_sync, unchanged, changed, failed.", [
    "family",
    "result",
  ]);
  const avoided = counter("writes_avoided_total", "Syncs that found the rules up to date and wrote nothing.", [
    "family",
  ]);
  const drifts = counter("drift_repairs_total", "Syncs that repaired rules modified by another program.", ["family"]);
  const duration: Histogram<"family"> = new prom.Histogram({
    name: `${PREFIX}sync_duration_seconds`,
    help: "Duration of a sync: observe, diff, apply, verify.",
    labelNames: ["family"],
    buckets: BUCKETS,
    registers,
  });
  const success = gauge("last_sync_success_timestamp_seconds", "When the last successful sync ended.", ["family"]);
  const rules = gauge(
    "rules",
    "Rules that the policy needs: with iptables including the jump, with nftables including the elements; with windows-cni, exceptions.",
    ["family"],
  );
  const backend = gauge("backend_info", "The backend in use, and why it was chosen.", ["backend", "reason"]);
  const watching = gauge("rule_watch_up", "1 while nft monitor reports changes by other programs, 0 otherwise.");
  const culprits = counter(
    "drift_repairs_by_program_total",
    "Drift repairs by the program that modified the rules, with the kernel's name for it.",
    ["family", "program"],
  );
  const known = new Set<string>();
  const interval = gauge("resync_interval_seconds", "The resync interval.");
  const valid = gauge("config_valid", "1 if the config last read is valid, 0 otherwise.");
  const changed = gauge("config_last_change_timestamp_seconds", "When a different config was last read.");
  const info = gauge(
    "config_info",
    "The SHA-256 of the config last read, over the concatenation of its files; empty if there are none.",
    ["sha256"],
  );
  const old = gauge(
    "open_connections_old_treatment",
    "Open connections that kept their old treatment after the last change to the config.",
  );
  const reset = counter(
    "connections_reset_total",
    "Connections with an old treatment that were deleted (--reset-changed-flows).",
    [],
  );
  const available = gauge(
    "family_available",
    "1 if the kernel supports a family that the agent maintains rules for, 0 otherwise.",
    ["family"],
  );
  const foreign = gauge(
    "foreign_rules",
    "Rules of other programs that override the config; certain=false: rules that may override it.",
    ["certain"],
  );
  const build = gauge("build_info", "Version and runtime.", ["version", "runtime"]);
  const connections = counter("rule_connections_total", "Connections that the rules of a CIDR have decided.", [
    "family",
    "cidr",
    "verdict",
  ]);
  build.set({ version, runtime }, 1);
  const showNat = createNatMetrics({ gauge, counter });
  let lastHash: string | undefined;
  // If counters cannot be read in time, the last values are used: a gap would break rates.
  const lastFound = new Map<string, readonly EntryCounter[]>();

  return {
    contentType: registry.contentType,
    synced: (family, result, seconds, drift) => {
      syncs.inc({ family, result });
      if (result !== "unchanged") duration.observe({ family }, seconds);
      if (result !== "failed") success.set({ family }, Date.now() / 1000);
      if (result === "in_sync" || result === "unchanged") avoided.inc({ family });
      if (drift) drifts.inc({ family });
    },
    kept: (family) => {
      // Initialize the counters, so that rate() sees the first increment.
      for (const result of RESULTS) syncs.inc({ family, result }, 0);
      for (const one of [avoided, drifts]) one.inc({ family }, 0);
    },
    backend: (name, reason) => {
      backend.reset();
      backend.set({ backend: name, reason }, 1);
    },
    watching: (isWatching) => watching.set(isWatching ? 1 : 0),
    repairedAfter: (family, programs) => {
      for (const program of programs) {
        const isKnown = known.has(program) || known.size < MAX_PROGRAMS;
        if (isKnown) known.add(program);
        culprits.inc({ family, program: isKnown ? program : "other" });
      }
    },
    wanted: (family, count) => rules.set({ family }, count),
    interval: (seconds) => interval.set(seconds),
    config: (isValid, sources) => {
      const all = createHash("sha256");
      for (const { bytes } of sources) all.update(bytes);
      const hash = sources.length > 0 ? all.digest("hex") : "";
      valid.set(isValid ? 1 : 0);
      if (hash === lastHash) return;
      lastHash = hash;
      changed.set(Date.now() / 1000);
      info.reset();
      info.set({ sha256: hash }, 1);
    },
    available: (family, isAvailable) => available.set({ family }, isAvailable ? 1 : 0),
    foreignRules: (certain, all) => {
      foreign.set({ certain: "true" }, certain);
      foreign.set({ certain: "false" }, all - certain);
    },
    openConnections: (count, deleted) => {
      old.set(count);
      reset.inc(deleted);
    },
    page: async () => {
      const [found, natState] = await Promise.all([counters(), nat()]);
      // No await from here on: two concurrent scrapes must not count twice.
      for (const [family, entries] of found) lastFound.set(family, entries);
      connections.reset();
      for (const [family, entries] of lastFound) {
        for (const { cidr, verdict, connections: count } of entries) {
          connections.inc({ family, cidr, verdict: verdict.kind }, Number(count));
        }
      }
      if (natState) showNat(natState);
      return registry.metrics();
    },
  };
}

/** Loads the parts of prom-client that are needed; its index loads modules that do not work on every runtime. */
async function loadLibrary(): Promise<
  Pick<typeof import("prom-client"), "Registry" | "Counter" | "Gauge" | "Histogram">
> {
  const [{ default: Registry }, { default: Counter }, { default: Gauge }, { default: Histogram }] = await Promise.all([
    import("prom-client/lib/registry.js"),
    import("prom-client/lib/counter.js"),
    import("prom-client/lib/gauge.js"),
    import("prom-client/lib/histogram.js"),
  ]);
  return { Registry, Counter, Gauge, Histogram };
}
