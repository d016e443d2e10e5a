// The address ranges of the node's pods, as far as its files show them.
import { type Family, parsePrefixes } from "../core/index.ts";
import type { Files } from "../host/index.ts";
import { readRoutes } from "./routes.ts";

/** A range of pod addresses. */
export interface PodRange {
  readonly family: Family;
  /** In canonical text: `10.244.1.0/24`. */
  readonly cidr: string;
  /** Where it was found: `/etc/cni/net.d/10-flannel.conflist`, `the route through cni0`. */
  readonly origin: string;
}

/** Container runtimes use the first of its files by name (containerd, libcni `ConfFiles`). */
const CNI_FOLDER = "/etc/cni/net.d";

/** flannel's subnets of the cluster and of the node (flannel, `pkg/subnet/subnet.go`). */
const FLANNEL = "/run/flannel/subnet.env";

/** One folder for each network, one file for each address in use (CNI plugin host-local, `backend/disk`). */
const HOST_LOCAL = "/var/lib/cni/networks";

/** Bridges and tunnels of CNI plugins. The routes by them lead to pods, of this node or of others. */
const POD_INTERFACES =
  /^(cni\d+|cbr0|kube-bridge|weave|antrea-gw0|cilium_host|flannel[.-].*|vxlan\.calico|vxlan-v6\.calico|tunl0|cali.*|lxc.*|veth.*|eni.*|azv.*|gke.*)$/;

/** The distinct ranges, in the order in which they are found. */
export function findPodRanges(files: Files): readonly PodRange[] {
  const claims = [...cniClaims(files), ...flannelClaims(files), ...routeClaims(files)];
  const ranges = readRanges(claims);
  // Single addresses in use are only needed if no range is known.
  return ranges.length > 0 ? ranges : readRanges(hostLocalClaims(files));
}

interface Claim {
  readonly text: string;
  readonly origin: string;
}

function readRanges(claims: readonly Claim[]): readonly PodRange[] {
  const { read } = parsePrefixes(claims.map(({ text }) => text));
  const found = new Map<string, PodRange>();
  for (const [i, prefix] of read.entries()) {
    // A default route in a plugin's config is not a range of pods.
    if (!prefix.ok || prefix.bits === 0 || found.has(prefix.network)) continue;
    found.set(prefix.network, { family: prefix.family, cidr: prefix.network, origin: claims[i]?.origin ?? "" });
  }
  return [...found.values()];
}

function cniClaims(files: Files): Claim[] {
  const name = files.list(CNI_FOLDER).find((one) => /\.(conf|conflist|json)$/.test(one));
  if (name === undefined) return [];
  const origin = `${CNI_FOLDER}/${name}`;
  return rangesOfCni(files.read(origin) ?? "").map((text) => ({ text, origin }));
}

/**
 * The ranges in a CNI config: `subnet` and `ranges` of host-local, and Calico's pools (CNI specification; Calico's IPAM
 * reference). Empty if the text is not JSON.
 */
export function rangesOfCni(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown, key: string) => {
    if (Array.isArray(value)) for (const item of value) visit(item, key);
    else if (typeof value === "string" && /^(subnet|ipv[46]_pools|podCidr)$/.test(key)) found.push(value);
    else if (typeof value === "object" && value !== null) {
      for (const [name, item] of Object.entries(value)) visit(item, name);
    }
  };
  try {
    visit(JSON.parse(text), "");
  } catch {
    return [];
  }
  return found;
}

function flannelClaims(files: Files): Claim[] {
  const text = files.read(FLANNEL) ?? "";
  const values = [...text.matchAll(/^FLANNEL_(?:IPV6_)?(?:NETWORK|SUBNET)=(.+)$/gm)];
  return values.flatMap(([, list = ""]) => list.split(",").map((one) => ({ text: one.trim(), origin: FLANNEL })));
}

function hostLocalClaims(files: Files): Claim[] {
  return files.list(HOST_LOCAL).flatMap((network) => {
    const folder = `${HOST_LOCAL}/${network}`;
    const addresses = files.list(folder).filter((name) => /^[\da-f.:]+$/i.test(name) && /[.:]/.test(name));
    return addresses.map((name) => ({ text: `${name}/${name.includes(":") ? 128 : 32}`, origin: folder }));
  });
}

function routeClaims(files: Files): Claim[] {
  return readRoutes(files).flatMap(({ cidr, device }) =>
    POD_INTERFACES.test(device) ? [{ text: cidr, origin: `the route through ${device}` }] : [],
  );
}
