// The routes of the main table, and the interface that packets leave through.
import type { Family } from "../core/index.ts";
import type { Files } from "../host/index.ts";
import { readAddressBlock } from "../netfilter/index.ts";

/** A route of the main table. */
export interface Route {
  readonly family: Family;
  readonly cidr: string;
  readonly device: string;
  readonly metric: number;
  /** Whether the route rejects packets. */
  readonly rejects: boolean;
}

/** The routes of both families, as far as `/proc/net` shows them (proc_net(5)). */
export function readRoutes(files: Pick<Files, "read">): readonly Route[] {
  const rows = (path: string) => (files.read(path) ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  const ipv4 = rows("/proc/net/route").flatMap((fields): Route[] => {
    const [device = "", destination = "", , flags = "", , , metric = "", mask = ""] = fields;
    if (!/^[\dA-F]{8}$/.test(destination)) return [];
    const cidr = `${octetsOf(destination).join(".")}/${countBits(mask)}`;
    return [{ family: "ipv4", cidr, device, metric: Number(metric), rejects: isReject(flags) }];
  });
  const ipv6 = rows("/proc/net/ipv6_route").flatMap((fields): Route[] => {
    const [destination = "", bits = "", , , , metric = "", , , flags = ""] = fields;
    const groups = destination.match(/.{4}/g);
    // Skip the kernel's own routes: those of the local table, link-local and multicast.
    const device = fields.at(-1) ?? "";
    if (groups?.length !== 8 || device === "lo" || /^f[ef]/.test(destination)) return [];
    const cidr = `${groups.join(":")}/${Number.parseInt(bits, 16)}`;
    return [{ family: "ipv6", cidr, device, metric: Number.parseInt(metric, 16), rejects: isReject(flags) }];
  });
  return [...ipv4, ...ipv6];
}

/** RTF_REJECT (include/uapi/linux/route.h). */
const isReject = (flags: string) => (Number.parseInt(flags, 16) & 0x200) !== 0;

/**
 * The interface of the route for a destination; undefined if there is none. Rules for other tables (ip-rule(8)) are
 * ignored.
 */
export function findOutput(routes: readonly Route[], family: Family, destination: bigint): string | undefined {
  const matching = routes.filter(({ family: one, cidr, rejects }) => {
    const [block] = one === family && !rejects ? (readAddressBlock(family, cidr)?.values ?? []) : [];
    return block && block.first <= destination && destination <= block.last;
  });
  const lengthOf = ({ cidr }: Route) => Number(cidr.split("/")[1]);
  const [best] = matching.sort((a, b) => lengthOf(b) - lengthOf(a) || a.metric - b.metric);
  return best?.device;
}

/** The kernel prints the address as a number in its own byte order. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function octetsOf(hex: string): readonly number[] {
  const octets = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return IS_LITTLE_ENDIAN ? octets.reverse() : octets;
}

const countBits = (hex: string): number => Number.parseInt(hex, 16).toString(2).replaceAll("0", "").length;
