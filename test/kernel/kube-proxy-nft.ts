// Rules of kube-proxy's nftables mode, according to its public description: a table with maps from services
// to chains, a chain for each service and each endpoint, and masquerading of packets with the mark 0x4000.
import type { Family } from "../../src/core/index.ts";
import { NFT_FAMILY } from "./nft.ts";

const ADDRESSES = {
  ipv4: { type: "ipv4_addr", pods: "10.244.0.0/16", node: "192.0.2.1", service: "10.96.", pod: "10.244." },
  ipv6: { type: "ipv6_addr", pods: "fd00:244::/64", node: "2001:db8:1::1", service: "fd00:96::", pod: "fd00:244::" },
} as const;

/** The input of nft for this many services, each with two endpoints. */
export function kubeProxyTable(services: number, family: Family = "ipv4"): string {
  const { type, pods, node, service, pod } = ADDRESSES[family];
  const ip = NFT_FAMILY[family];
  const address = (prefix: string, n: number) =>
    family === "ipv4" ? `${prefix}${n >> 8}.${n & 255}` : `${prefix}${n.toString(16)}`;
  const to = (target: string) => (family === "ipv4" ? `${target}:8080` : `[${target}]:8080`);
  const all = Array.from({ length: services }, (_, i) => {
    const id = (i * 2_654_435_761).toString(36).toUpperCase().slice(-8).padStart(8, "A");
    return {
      vip: address(service, i + 10),
      chain: `service-${id}-shop/app-${i}/tcp/http`,
      endpoints: [0, 1].map((n) => ({
        target: address(pod, 2 * i + n + 10),
        chain: `endpoint-${id}-shop/app-${i}/tcp/http__${n}`,
      })),
    };
  });
  const key = `type ${type} . inet_proto . inet_service : verdict`;
  const elements = (texts: readonly string[]) => (texts.length > 0 ? `elements = { ${texts.join(", ")} }` : "");
  return `table ${ip} kube-proxy {
  comment "rules for kube-proxy"
  set cluster-ips { type ${type}; comment "Active ClusterIPs"; ${elements(all.map(({ vip }) => vip))} }
  set nodeport-ips { type ${type}; comment "IPs that accept NodePort traffic"; elements = { ${node} } }
  map no-endpoint-services { ${key}; comment "vmap to drop or reject packets to services with no endpoints"; }
  map service-ips { ${key}; comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
    ${elements(all.map(({ vip, chain }) => `${vip} . tcp . 80 : goto ${chain}`))} }
  map service-nodeports { type inet_proto . inet_service : verdict; comment "NodePort traffic"
    ${elements(all.slice(0, 9).map(({ chain }, i) => `tcp . ${30_000 + i} : goto ${chain}`))} }
  chain mark-for-masquerade { meta mark set meta mark or 0x4000; }
  chain masquerading {
    meta mark & 0x4000 == 0 return
    meta mark set meta mark xor 0x4000
    masquerade fully-random
  }
${all
  .flatMap(({ vip, chain, endpoints }) => [
    ...endpoints.map(
      (one) => `  chain ${one.chain} {
    ${ip} saddr ${one.target} jump mark-for-masquerade
    meta l4proto tcp dnat to ${to(one.target)}
  }`,
    ),
    `  chain ${chain} {
    ${ip} daddr ${vip} tcp dport 80 ${ip} saddr != ${pods} jump mark-for-masquerade
    numgen random mod 2 vmap { ${endpoints.map((one, n) => `${n} : goto ${one.chain}`).join(", ")} }
  }`,
  ])
  .join("\n")}
  chain services {
    ${ip} daddr . meta l4proto . th dport vmap @service-ips
    ${ip} daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain filter-forward { type filter hook forward priority -110; ct state new ${ip} daddr . meta l4proto . th dport vmap @no-endpoint-services; }
  chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
  chain nat-output { type nat hook output priority -100; jump services; }
  chain nat-postrouting { type nat hook postrouting priority srcnat; jump masquerading; }
}`;
}
