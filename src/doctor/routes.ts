// The interface by which packets to an address leave, by the main routing table.
import type { Family } from "../core/index.ts";
import { bitsOf } from "../netfilter/index.ts";

/** Where the kernel shows its routes. */
export const ROUTE_FILES: Readonly<Record<Family, string>> = { ipv4: "/proc/net/route", ipv6: "/proc/net/ipv6_route" };

interface Route {
  readonly network: bigint;
  readonly length: number;
  readonly metric: number;
  readonly name: string;
}

/** Flags of a route (RTF_UP, RTF_REJECT). */
const UP = 1;
const REJECT = 0x200;

/** The interface of the route that decides; undefined if there is none. Rules for other tables (ip rule) are not seen. */
export function findOutput(family: Family, text: string, destination: bigint): string | undefined {
  const routes = text.split("\n").flatMap(family === "ipv4" ? readRoute : readRoute6);
  const matching = routes.filter(({ network, length }) => {
    const rest = BigInt(bitsOf(family) - length);
    return network >> rest === destination >> rest;
  });
  const [best] = matching.sort((a, b) => b.length - a.length || a.metric - b.metric);
  return best?.name;
}

/** A line of /proc/net/route: `eth0 0002A8C0 00000000 0001 0 0 100 00FFFFFF …`, addresses with the last octet first. */
function readRoute(line: string): Route[] {
  const [name = "", network = "", , flags = "", , , metric = "", mask = ""] = line.trim().split(/\s+/);
  if (!/^[\dA-F]{8}$/i.test(network) || !isUsable(Number.parseInt(flags, 16))) return [];
  const length = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === "1").length;
  const octets = (network.match(/../g) ?? []).reverse().join("");
  return [{ network: BigInt(`0x${octets}`), length, metric: Number(metric), name }];
}

/** A line of /proc/net/ipv6_route: network, length, source and its length, next hop, metric, counts, flags, interface. */
function readRoute6(line: string): Route[] {
  const [network = "", length = "", , , , metric = "", , , flags = "", name = ""] = line.trim().split(/\s+/);
  if (!/^[\da-f]{32}$/i.test(network) || !isUsable(Number.parseInt(flags, 16))) return [];
  return [
    { network: BigInt(`0x${network}`), length: Number.parseInt(length, 16), metric: Number.parseInt(metric, 16), name },
  ];
}

const isUsable = (flags: number) => (flags & UP) !== 0 && (flags & REJECT) === 0;
