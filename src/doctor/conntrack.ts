// How full is the connection table, and how many source ports are left?
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

/** Parts of a table or of a range of ports that are in use, from which a person should know, and from which connections fail soon. */
const BUSY = 0.75;
const FULL = 0.9;

/** Destinations that are shown. */
const SHOWN = 5;

/** Most connections that are read. */
const MOST = 2_000_000;

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
      ...(entries === undefined ? ["how full the connection table is: neither /proc nor conntrack -C says it"] : []),
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
    await readConnections(connections, counter.add, { limit: MOST });
    return { available: countAvailablePorts(policy[0]?.ports ?? []), busiest: counter.busiest(SHOWN) };
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
      why: "when it is full, the kernel drops the first packets of new connections, of pods and of the node",
      remedy:
        "raise net.netfilter.nf_conntrack_max (kube-proxy: --conntrack-max-per-core), or find out who opens so many with conntrack -L",
    },
  ];
}

function countFindings(counters: TableCounters | undefined): readonly Finding[] {
  if (!counters) return [];
  const { insertFailed, drop, earlyDrop } = counters;
  const evidence = [`insert_failed: ${insertFailed}`, `drop: ${drop}`, `early_drop: ${earlyDrop}`];
  // A connection that cannot be entered is counted as dropped too (nf_conntrack_core.c, `nf_ct_resolve_clash`).
  const isFull = earlyDrop > 0 || drop > insertFailed;
  const full: Finding = {
    check: "conntrack",
    severity: "warning",
    what: "the connection table has been full since the node started",
    evidence,
    why: "new connections failed then, or open ones were thrown out for them",
    remedy: "raise net.netfilter.nf_conntrack_max, or find out who opens so many connections with conntrack -L",
  };
  const failed: Finding = {
    check: "conntrack",
    severity: "warning",
    what: `${insertFailed} connection${insertFailed === 1 ? "" : "s"} could not be entered into the connection table since the node started`,
    evidence,
    why: "their first packets were dropped: no source port was left, or a client sent two first packets at once, as resolvers do",
    remedy:
      "see whether the count grows; if a destination runs out of source ports, reuse connections, widen --to-ports, or translate to several addresses (snat)",
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
      why: "all connections from one address of the node to one address and port need different source ports; with none left new ones fail, and some fail before",
      remedy:
        "reuse connections, widen --to-ports, keep the pods' addresses for it (nonMasqueradeCIDRs), or translate to a range of addresses (snat)",
    },
  ];
}

const endOf = ({ destination, port }: PortUsage) =>
  destination.includes(":") ? `[${destination}]:${port}` : `${destination}:${port}`;
