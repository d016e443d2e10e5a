// @ts-check
// The cost of a new connection on its path through a node, by backend and by the number of CIDRs.
import { spawnSync } from "node:child_process";
import { addNamespace, inside, ip, removeNamespace, runInside } from "../demo/network.mjs";
import { load, median, printTable, ratio, show, verdict, version } from "./figures.mjs";

/** Rounds that count. Other jobs on shared cores come and go, so all nodes take turns in each round. */
const ROUNDS = 9;

const SIZES = [4, 64, 1_000, 10_000, 100_000];

/** Flows in one measurement; fewer if they take longer than this many microseconds. */
const FLOWS = 20_000;
const MOST_US = 400_000;

/** The maximum cost of a new connection through a map of 10,000 CIDRs, as a multiple of the cost with 4 CIDRs. */
const MOST_RATIO = 1.15;

/** The maximum extra cost of an enforced exemption, in microseconds. */
const MOST_ENFORCED = 1;

/** The destinations of flows, and the number of addresses: no CIDR contains the first, and one of the first four contains the second. */
const TO = { masqueraded: ["198.18.0.1", "100000"], kept: ["10.0.0.1", "60"] };

/** The tools that load a backend's rules into the kernel. */
const WRITERS = {
  nftables: ["nft", "-f", "-"],
  "iptables-nft": ["iptables-nft-restore", "--noflush"],
  "iptables-legacy": ["iptables-legacy-restore", "--noflush"],
};

/** @typedef {{ pod: string, node: string, outside: string }} Path */

/**
 * A pod, a node and an outside that drops its packets, because it does not forward and has none of these addresses.
 * @returns {Path}
 */
function makePath() {
  const [pod = "", node = "", outside = ""] = ["pod", "node", "outside"].map(addNamespace);
  ip(`
    link add eth0 netns ${pod} type veth peer name pod0 netns ${node}
    link add eth0 netns ${outside} type veth peer name eth0 netns ${node}
    -n ${pod} addr add 10.244.0.2/24 dev eth0
    -n ${node} addr add 10.244.0.1/24 dev pod0
    -n ${node} addr add 192.0.2.1/24 dev eth0
    -n ${outside} addr add 192.0.2.2/24 dev eth0
    -n ${pod} link set eth0 up
    -n ${node} link set pod0 up
    -n ${node} link set eth0 up
    -n ${outside} link set eth0 up
    -n ${pod} route add default via 10.244.0.1
    -n ${node} route add default via 192.0.2.2`);
  runInside(node, ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  return { pod, node, outside };
}

/**
 * The policy for this many CIDRs, /26 blocks of 10.0.0.0/8 with gaps. A file of 1 MiB holds 70,000; more come from several files.
 * @param {number} size
 * @param {object} [keys] of the config
 */
async function policyOf(size, keys = {}) {
  /** @type {typeof import("../src/config/index.ts")} */
  const { parseConfig } = await load("src/config/index.ts");
  /** @type {typeof import("../src/policy/index.ts")} */
  const { compilePolicy } = await load("src/policy/index.ts");
  const cidrs = Array.from({ length: size }, (_, i) => `10.${i >> 9}.${(i >> 1) & 255}.${(i & 1) << 7}/26`);
  const configs = [cidrs.slice(0, 50_000), cidrs.slice(50_000)].map((part) => {
    const text = JSON.stringify({ ...keys, nonMasqueradeCIDRs: part, cidrLimit: size, masqLinkLocal: true });
    const { config } = parseConfig(text, { file: "bench", ipv6: false, reservedRanges: false });
    if (!config) throw new Error("the config is invalid");
    return config;
  });
  const [first] = configs;
  if (!first) throw new Error("there is no config");
  const all = { ...first, nonMasqueradeCIDRs: configs.flatMap(({ nonMasqueradeCIDRs }) => nonMasqueradeCIDRs) };
  return compilePolicy(all, { chain: "IP-MASQ-AGENT", ipv6: false, randomFully: true, ports: [] });
}

/**
 * What a backend writes for a policy to an empty table.
 * @param {keyof typeof WRITERS} backend
 * @param {Awaited<ReturnType<typeof policyOf>>} policy
 */
async function textOf(backend, policy) {
  if (backend === "nftables") {
    /** @type {typeof import("../src/backends/nftables/index.ts")} */
    const { render } = await load("src/backends/nftables/index.ts");
    return render(policy, "ip-masq-agent")[0]?.transaction ?? "";
  }
  /** @type {typeof import("../src/backends/iptables/index.ts")} */
  const { render } = await load("src/backends/iptables/index.ts");
  return render(policy)[0]?.transaction ?? "";
}

/**
 * One measurement: microseconds of CPU time per new flow.
 * @param {Path} path
 * @param {keyof typeof TO} to
 * @param {number} flows
 */
function costOf({ pod, node }, to, flows) {
  const us = Number(runInside(pod, ["perl", "bench/flows.pl", `${flows}`, ...TO[to]]));
  const [file, args] = inside(node, ["conntrack", "-F"]);
  spawnSync(file, args);
  return us / flows;
}

/** @typedef {{ name: string, size: number, path: Path, to: keyof typeof TO, flows: number }} Case */

/**
 * A path with rules, and how many flows one measurement sends through it.
 * @param {string} name
 * @param {number} size
 * @param {keyof typeof TO} to
 * @param {keyof typeof WRITERS | undefined} backend
 * @param {object} [keys] of the config
 * @returns {Promise<Case>}
 */
async function makeCase(name, size, to, backend, keys) {
  const path = makePath();
  if (backend) runInside(path.node, WRITERS[backend], await textOf(backend, await policyOf(size, keys)));
  const flows = Math.max(100, Math.min(FLOWS, Math.round(MOST_US / costOf(path, to, 100))));
  return { name, size, path, to, flows };
}

export async function printPackets() {
  const missing = ["perl", "conntrack", "nft"].filter((tool) => version(tool, "--version") === undefined);
  console.log(
    "\nA new connection through a node: us of processor time, UDP, by the number of CIDRs, none of which contains it",
  );
  if (missing.length > 0) {
    console.log(`  nothing can be measured here; missing: ${missing.join(", ")}`);
    return;
  }
  /** @type {Case[]} */
  const cases = [await makeCase("no NAT", 0, "masqueraded", undefined)];
  for (const backend of /** @type {(keyof typeof WRITERS)[]} */ (Object.keys(WRITERS))) {
    for (const size of SIZES) cases.push(await makeCase(backend, size, "masqueraded", backend));
  }
  const sourceCIDRs = ["10.244.0.0/16"];
  cases.push(await makeCase("kept", 64, "kept", "nftables", { sourceCIDRs }));
  cases.push(await makeCase("enforced", 64, "kept", "nftables", { sourceCIDRs, enforceNonMasquerade: true }));

  /** @type {Map<Case, number[]>} */
  const times = new Map(cases.map((one) => [one, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const one of cases) {
      const us = costOf(one.path, one.to, one.flows);
      if (round >= 0) times.get(one)?.push(us);
    }
  }
  for (const { path } of cases) for (const name of Object.values(path)) removeNamespace(name);

  /** @param {string} name @param {number} size */
  const of = (name, size) =>
    times.get(/** @type {Case} */ (cases.find((one) => one.name === name && one.size === size))) ?? [];
  const rows = Object.keys(WRITERS).map((backend) => [
    backend,
    ...SIZES.map((size) => show(median(of(backend, size)))),
  ]);
  printTable([["", ...SIZES.map((size) => size.toLocaleString("en"))], ...rows]);
  console.log(`  without NAT ${show(median(of("no NAT", 0)))}`);

  const growth = ratio(of("nftables", 10_000), of("nftables", 4));
  const differences = of("enforced", 64).map((us, i) => us - (of("kept", 64)[i] ?? Number.NaN));
  const added = median(differences);
  console.log();
  printTable([
    ["", "measured", "target"],
    ["nftables, 10,000 CIDRs / 4 CIDRs", growth.toFixed(2), verdict(growth, MOST_RATIO)],
    ["extra cost of an enforced exemption, us", show(added), verdict(added, MOST_ENFORCED)],
    ["a kept destination, nftables, 64 CIDRs, us", show(median(of("kept", 64))), ""],
  ]);
}
