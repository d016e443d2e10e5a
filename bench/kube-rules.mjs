// @ts-check
// Table nat as kube-proxy fills it (kubernetes, pkg/proxy/iptables/proxier.go): the same input produces the same text.

/** @typedef {"ipv4" | "ipv6"} Family */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The suffix of kube-proxy's chain names: 16 characters of a hash. Here it comes from a number.
 * @param {number} index
 */
function hash(index) {
  let state = index;
  let text = "";
  for (let i = 0; i < 16; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    text += BASE32[(state ^ (state >>> 13)) & 31];
  }
  return text;
}

/**
 * The address with this number in a network of services or pods.
 * @param {Family} family
 * @param {96 | 244} network
 * @param {number} index
 */
function address(family, network, index) {
  if (family === "ipv6") return `fd00:10:${network}::${(index + 1).toString(16)}`;
  return `10.${network + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/**
 * One service: its rule in KUBE-SERVICES, its chain, and a chain for each endpoint; 4 rules with one endpoint, 8 with two.
 * @param {number} index
 * @param {number} endpoints
 * @param {Family} family
 */
function service(index, endpoints, family) {
  const [bits, pods] = family === "ipv4" ? ["32", "10.244.0.0/14"] : ["128", "fd00:10:244::/64"];
  const name = `ns-${index % 10}/svc-${index}:http`;
  const chain = `KUBE-SVC-${hash(index)}`;
  const clusterIp = `-d ${address(family, 96, index)}/${bits} -p tcp -m comment --comment "${name} cluster IP" -m tcp`;
  const chains = [chain];
  const rules = [
    `-A KUBE-SERVICES ${clusterIp} --dport 80 -j ${chain}`,
    `-A ${chain} ! -s ${pods} ${clusterIp} --dport 80 -j KUBE-MARK-MASQ`,
  ];
  for (let i = 0; i < endpoints; i++) {
    const pod = address(family, 244, index * endpoints + i);
    const target = family === "ipv4" ? `${pod}:8080` : `[${pod}]:8080`;
    const endpoint = `KUBE-SEP-${hash(index * endpoints + i)}`;
    const left = endpoints - i;
    const share = left > 1 ? ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}` : "";
    chains.push(endpoint);
    rules.push(
      `-A ${chain} -m comment --comment "${name} -> ${target}"${share} -j ${endpoint}`,
      `-A ${endpoint} -s ${pod}/${bits} -m comment --comment "${name}" -j KUBE-MARK-MASQ`,
      `-A ${endpoint} -p tcp -m comment --comment "${name}" -m tcp -j DNAT --to-destination ${target}`,
    );
  }
  return { chains, rules };
}

/**
 * An `iptables-restore` input for table nat with this many services, each with this many endpoints.
 * 5,000 services with 2 endpoints are 40,008 rules, and 5.9 MB when saved.
 * @param {number} services
 * @param {number} endpoints
 * @param {Family} family
 * @returns {string}
 */
export function kubeRules(services, endpoints, family) {
  const all = Array.from({ length: services }, (_, index) => service(index, endpoints, family));
  const chains = ["KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"];
  const lines = [
    "*nat",
    ...[...chains, ...all.flatMap((one) => one.chains)].map((chain) => `:${chain} - [0:0]`),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
    "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
    "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ...all.flatMap((one) => one.rules),
    // In kube-proxy's words: this must be the last rule in this chain.
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}
