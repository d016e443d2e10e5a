// Checks how full the connection table is, and how many source ports are free.
import {
  type ConntrackHost,
  countAvailablePorts,
  countPorts,
  type PortUsage,
  readConnections,
  readTableHealth,
  type TableCounters,
  type TableHealth,
} from "../conntrack/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Check, Finding } from "./check.ts";

/** The usage of the table, or of a range of ports, from which there is a warning, and from which connections will soon fail. */
const BUSY = 0.75;
const FULL = 0.9;

/** How many destinations are shown. */
const MAX_SHOWN = 5;

/** The most connections that are read. */
const MAX_CONNECTIONS = 2_000_000;

const percent = (part: number) => `${Math.floor(part * 100)} %`;

export const conntrackCheck: Check = {
  name: "conntrack",
  run: async ({ files, host, connections, policy }) => {
    const health = await readTableHealth(files, host.run);
    const ports = await portsOf(connections, policy);
    const { entries, limit } = health;
    const seen = [
      ...(entries === undefined ? [] : [`${entries} connections${limit === undefined ? "" : ` of ${limit}`}`]),
      ...(typeof ports === "string" ? [] : seenPorts(ports)),
    ].join(", ");
    const findings = [
      ...fillFindings(health),
      ...countFindings(health.counters),
      ...(typeof ports === "string" ? [] : portFindings(ports)),
    ];
    const unseen = [
      ...(entries === undefined ? ["how full the connection table is: neither /proc nor conntrack -C shows it"] : []),
      ...(typeof ports === "string" ? [`source ports in use: ${ports}`] : []),
    ];
    return { seen, findings, unseen };
  },
};

interface Ports {
  readonly available: number;
  readonly busiest: readonly PortUsage[];
}

/** The ports in use, or why they cannot be read, in one line. */
async function portsOf(connections: ConntrackHost, policy: readonly FamilyPolicy[]): Promise<Ports | string> {
  try {
    const counter = countPorts((await connections.addresses()) ?? []);
    await readConnections(connections, counter.add, { limit: MAX_CONNECTIONS });
    return { available: countAvailablePorts(policy[0]?.ports ?? []), busiest: counter.busiest(MAX_SHOWN) };
  } catch (error) {
    return (error as Error).message.replaceAll(/\n\s*/g, "; ");
  }
}

function seenPorts({ available, busiest: [first] }: Ports): readonly string[] {
  return first ? [`at most ${first.used} of ${available} source ports in use for one destination`] : [];
}

function fillFindings({ entries, limit }: TableHealth): readonly Finding[] {
  if (entries === undefined || limit === undefined || limit === 0) return [];
  const part = entries / limit;
  if (part <= BUSY) return [];
  return [
    {
      check: "conntrack",
      severity: part > FULL ? "error" : "warning",
      what: `the connection table is ${percent(part)} full`,
      evidence: [`net.netfilter.nf_conntrack_count = ${entries}`, `net.netfilter.nf_conntrack_max = ${limit}`],
      why: "When it is full, the kernel drops the first packets of new connections, from pods and from the node.",
      remedy:
        "Raise net.netfilter.nf_conntrack_max (kube-proxy: --conntrack-max-per-core), or find out with conntrack -L what is opening so many connections.",
    },
  ];
}

function countFindings(counters: TableCounters | undefined): readonly Finding[] {
  if (!counters) return [];
  const { insertFailed, drop, earlyDrop } = counters;
  const evidence = [`insert_failed: ${insertFailed}`, `drop: ${drop}`, `early_drop: ${earlyDrop}`];
  // A connection that cannot be inserted is counted as dropped too (nf_conntrack_core.c, `nf_ct_resolve_clash`).
  const isFull = earlyDrop > 0 || drop > insertFailed;
  const full: Finding = {
    check: "conntrack",
    severity: "warning",
    what: "the connection table has been full since the node started",
    evidence,
    why: "New connections failed then, or open ones were evicted for them.",
    remedy: "Raise net.netfilter.nf_conntrack_max, or find out with conntrack -L what is opening so many connections.",
  };
  const failed: Finding = {
    check: "conntrack",
    severity: "warning",
    what: `${insertFailed} connection${insertFailed === 1 ? "" : "s"} could not be inserted into the connection table since the node started`,
    evidence,
    why: "Their first packets were dropped: no source port was free, or a client sent two first packets at once, as resolvers do.",
    remedy:
      "Check whether the count grows; if a destination runs out of source ports, reuse connections, widen --to-ports, or translate to several addresses (snat).",
  };
  return [...(isFull ? [full] : []), ...(insertFailed > 0 ? [failed] : [])];
}

function portFindings({ available, busiest }: Ports): readonly Finding[] {
  const busy = busiest.filter(({ used }) => used / available > BUSY);
  const [first] = busy;
  if (!first) return [];
  return [
    {
      check: "conntrack",
      severity: first.used / available > FULL ? "error" : "warning",
      what: `${percent(Math.min(1, first.used / available))} of the source ports for ${endOf(first)} are in use`,
      evidence: busy.map(
        (one) =>
          `${one.protocol} from ${one.source} to ${endOf(one)}: ${one.used} in use, ${Math.max(0, available - one.used)} left`,
      ),
      why: "All connections from one address of the node to one address and port need different source ports; new ones fail when none is free, and some fail earlier.",
      remedy:
        "Reuse connections, widen --to-ports, keep the pods' addresses for this destination (nonMasqueradeCIDRs), or translate to a range of addresses (snat).",
    },
  ];
}

const endOf = ({ destination, port }: PortUsage) =>
  destination.includes(":") ? `[${destination}]:${port}` : `${destination}:${port}`;
