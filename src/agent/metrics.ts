// What the agent tells Prometheus.
import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EntryCounter } from "../backends/index.ts";
import type { LoadedSource } from "./config-file.ts";
import { createNatMetrics, type NatState } from "./nat-metrics.ts";

/** Names of programs that are told apart: each is a series. */
const MAX_PROGRAMS = 20;

/** `unchanged`: the rules were not read, because no change was reported. */
const RESULTS = ["in_sync", "unchanged", "changed", "failed"] as const;
export type SyncResult = (typeof RESULTS)[number];

/** What the loop reports as it goes. */
export interface Metrics {
  /** A sync of a family has ended. `drift`: it changed rules although nothing new was wanted. */
  synced(family: string, result: SyncResult, seconds: number, drift: boolean): void;
  /** Does the kernel know a family that is kept? */
  available(family: string, isAvailable: boolean): void;
  /** A family is kept from now on. */
  kept(family: string): void;
  /** Which backend keeps the rules, and why that one. */
  backend(name: string, reason: string): void;
  /** Are changes by other programs reported? */
  watching(isWatching: boolean): void;
  /** Drift of a family was repaired that programs of these names made. */
  repairedAfter(family: string, programs: readonly string[]): void;
  /** Its policy comes to so many rules, or exceptions where these are kept. */
  wanted(family: string, count: number): void;
  /** Syncs are so many seconds apart. */
  interval(seconds: number): void;
  /** A config was read; without files it is the default one, or cannot be read. */
  config(valid: boolean, sources: readonly LoadedSource[]): void;
  /** After a change so many open connections keep the old treatment, and so many were deleted. */
  openConnections(old: number, deleted: number): void;
  /** So many rules of others defeat the config for certain, and so many do or may. */
  foreignRules(certain: number, all: number): void;
  /** The whole page, in the text format; asks for the counters of the rules. */
  page(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly version: string;
  readonly runtime: string;
  /** The counters of all families' rules, by family; one that cannot be read in time is left out. */
  readonly counters: () => Promise<ReadonlyMap<string, readonly EntryCounter[]>>;
  /** The table of connections and the ports in use; undefined if they cannot be read in time. */
  readonly nat: () => Promise<NatState | undefined>;
}

const PREFIX = "ip_masq_agent_";

/** Syncs take 10 ms on an idle node and hundreds on a table of 40,000 legacy rules. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Makes the metrics. The library is loaded here and not before: without metrics it costs nothing. */
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
  const avoided = counter("writes_avoided_total", "Syncs that found the rules right and wrote nothing.", ["family"]);
  const drifts = counter("drift_repairs_total", "Syncs that repaired rules which another program had modified.", [
    "family",
  ]);
  const duration: Histogram<"family"> = new prom.Histogram({
    name: `${PREFIX}sync_duration_seconds`,
    help: "Duration of a sync: observe, diff, apply, verify.",
    labelNames: ["family"],
    buckets: BUCKETS,
    registers,
  });
  const success = gauge("last_sync_success_timestamp_seconds", "When the last sync that went well ended.", ["family"]);
  const rules = gauge(
    "rules",
    "Rules that the policy wants: with iptables the jump included, with nftables elements too, with windows-cni exceptions.",
    ["family"],
  );
  const backend = gauge("backend_info", "The backend that keeps the rules, and why it was chosen.", [
    "backend",
    "reason",
  ]);
  const watching = gauge("rule_watch_up", "1 while nft monitor reports changes by other programs, else 0.");
  const culprits = counter(
    "drift_repairs_by_program_total",
    "Drift repairs by the program that modified the rules, as the kernel names it.",
    ["family", "program"],
  );
  const known = new Set<string>();
  const interval = gauge("resync_interval_seconds", "Time between two looks at the rules.");
  const valid = gauge("config_valid", "1 if the config last read is valid, else 0.");
  const changed = gauge("config_last_change_timestamp_seconds", "When another config was read last.");
  const info = gauge(
    "config_info",
    "The SHA-256 of the config last read, of all its files one behind the other; empty if there is none.",
    ["sha256"],
  );
  const old = gauge(
    "open_connections_old_treatment",
    "Open connections that kept an old treatment after the last change of the config.",
  );
  const reset = counter(
    "connections_reset_total",
    "Connections with an old treatment that were deleted (--reset-changed-flows).",
    [],
  );
  const available = gauge(
    "family_available",
    "0 if the rules of a family are wanted but the kernel does not know the family, else 1.",
    ["family"],
  );
  const foreign = gauge(
    "foreign_rules",
    "Rules of other programs because of which packets are not treated as the config says; certain=false: they may not be.",
    ["certain"],
  );
  const build = gauge("build_info", "Version and runtime.", ["version", "runtime"]);
  const connections = counter("rule_connections_total", "Connections that the rules of a CIDR have decided about.", [
    "family",
    "cidr",
    "verdict",
  ]);
  build.set({ version, runtime }, 1);
  const showNat = createNatMetrics({ gauge, counter });
  let lastHash: string | undefined;
  // What cannot be read in time stays as it was: a gap would break rates.
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
      // A counter that is there from the start lets a rate see its first step.
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
      // From here on without a pause: two scrapes at a time must not count twice.
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

/** The parts of prom-client that are needed; its index would load what works on neither runtime. */
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
