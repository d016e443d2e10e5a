// Metrics of NAT itself: the connection table, and the source ports in use.
import type { Counter, Gauge } from "prom-client";
import {
  type ConntrackHost,
  countAvailablePorts,
  countPorts,
  type PortUsage,
  readConnections,
  readTableHealth,
  type TableHealth,
  thisConntrack,
} from "../conntrack/index.ts";
import { type Files, openFiles } from "../host/index.ts";
import type { PortRange } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How long a count of ports is reused, because counting reads all connections. */
const FRESH_MS = 30_000;

/** The most connections that are read for it, and how long to work before other tasks get a turn. */
const MAX_CONNECTIONS = 1_000_000;
const TURN_MS = 8;

/** The state at the time of a scrape. */
export interface NatState {
  readonly health: TableHealth;
  /** Undefined if ports are not counted. */
  readonly ports: { readonly available: number; readonly busiest: readonly PortUsage[] } | undefined;
}

export interface NatReaderOptions {
  /** How many destinations are shown; 0: ports are not counted. */
  readonly busiest: number;
  /** `--to-ports`. */
  readonly ranges: readonly PortRange[];
  readonly host?: ConntrackHost;
  readonly files?: Pick<Files, "read">;
  readonly clock?: Clock;
}

/** Returns a function that reads the state for each scrape. */
export function createNatReader({
  busiest,
  ranges,
  host = thisConntrack,
  files = openFiles(),
  clock = systemClock,
}: NatReaderOptions): () => Promise<NatState> {
  const available = countAvailablePorts(ranges);
  let counted: { readonly at: number; readonly busiest: Promise<readonly PortUsage[]> } | undefined;
  const count = async (): Promise<readonly PortUsage[]> => {
    try {
      const counter = countPorts((await host.addresses()) ?? []);
      await readConnections(host, counter.add, { limit: MAX_CONNECTIONS, turn: TURN_MS });
      return counter.busiest(busiest);
    } catch {
      // Not permitted to read connections: there is nothing to show.
      return [];
    }
  };
  return async () => {
    const health = await readTableHealth(files, host.run);
    if (busiest === 0) return { health, ports: undefined };
    if (!counted || clock.now() - counted.at > FRESH_MS) counted = { at: clock.now(), busiest: count() };
    return { health, ports: { available, busiest: await counted.busiest } };
  };
}

/** Functions that create a metric, which is on the page from then on. */
interface Makers {
  gauge<T extends string>(name: string, help: string, labels?: T[]): Gauge<T>;
  counter<T extends string>(name: string, help: string, labels: T[]): Counter<T>;
}

/** Returns a function that puts a state on the page. A metric appears when its value is first known: 0 would be wrong. */
export function createNatMetrics({ gauge, counter }: Makers): (state: NatState) => void {
  const gauges = new Map<string, Gauge<string>>();
  const counters = new Map<string, Counter<string>>();
  const show = (name: string, help: string, value: number | undefined) => {
    if (value === undefined) return;
    const found = gauges.get(name) ?? gauge(name, help);
    gauges.set(name, found);
    found.set(value);
  };
  const total = (name: string, help: string, value: number | undefined) => {
    if (value === undefined) return;
    const found = counters.get(name) ?? counter(name, help, []);
    counters.set(name, found);
    found.reset();
    found.inc(value);
  };
  let usage: Gauge<"protocol" | "source" | "destination"> | undefined;
  return ({ health: { entries, limit, counters: counts }, ports }) => {
    show("conntrack_entries", "Connections that the kernel tracks.", entries);
    show("conntrack_entries_limit", "Connections that the kernel can track; it drops packets of further ones.", limit);
    total(
      "conntrack_insert_failed_total",
      "Connections that could not be inserted, for example because no source port was free.",
      counts?.insertFailed,
    );
    total("conntrack_drop_total", "Packets dropped because the table was full.", counts?.drop);
    total(
      "conntrack_early_drop_total",
      "Connections evicted from a full table to make room for others.",
      counts?.earlyDrop,
    );
    if (!ports) return;
    show("nat_ports_available", "Source ports that NAT can use for one destination and port.", ports.available);
    usage ??= gauge("nat_ports_in_use", "Source ports in use at the busiest destinations (--port-usage-metrics).", [
      "protocol",
      "source",
      "destination",
    ]);
    usage.reset();
    for (const { protocol, source, destination, port, used } of ports.busiest) {
      usage.set({ protocol, source, destination: withPort(destination, port) }, used);
    }
  };
}

const withPort = (address: string, port: number) =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
