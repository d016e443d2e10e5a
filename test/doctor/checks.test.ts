import { test } from "uvu";
import * as assert from "uvu/assert";
import { AUTO, BACKENDS, backendOpener } from "../../src/backends/index.ts";
import { parseConfigs } from "../../src/config/index.ts";
import { CHECKS, examine, type NodeView } from "../../src/doctor/index.ts";
import type { Host } from "../../src/host/index.ts";
import type { NatView } from "../../src/netfilter/index.ts";
import { readNat } from "../../src/netfilter/read-nat.ts";
import { compilePolicy } from "../../src/policy/index.ts";
import { fakeConntrack } from "../conntrack/fake-conntrack.ts";
import { fakeFiles } from "../fake-files.ts";
import { fakeIptables } from "../fake-iptables.ts";
import { iptables, nftChains, viewOf } from "../netfilter/views.ts";
import { runOf } from "../scripted-runner.ts";

const CONFIG = "/etc/config/ip-masq-agent";
const NOW = new Date("2026-01-08T12:00:00Z");

interface Node {
  /** The text of the config; undefined: the file does not exist. */
  readonly config?: string;
  readonly ipv6?: boolean;
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Are our rules in place? */
  readonly applied?: boolean;
  /** The rules in the hook, for checks that do not run the tools. */
  readonly nat?: NatView;
}

/** Forwarding is on, and the routes are those of a node with one uplink and flannel. */
const HEALTHY: Readonly<Record<string, string>> = {
  "/proc/sys/net/ipv4/ip_forward": "1\n",
  "/proc/sys/net/netfilter/nf_conntrack_count": "10\n",
  "/proc/sys/net/netfilter/nf_conntrack_max": "1000\n",
  "/proc/net/route": [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "cni0\t0001F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "",
  ].join("\n"),
};

async function nodeOf({ config, ipv6 = false, files = {}, applied = true, nat }: Node): Promise<NodeView> {
  const sources = config === undefined ? [] : [{ file: CONFIG, bytes: config }];
  const parsed = parseConfigs(sources, { ipv6, reservedRanges: false });
  const options = { chain: "IP-MASQ-AGENT", ipv6, randomFully: false, ports: [] };
  const policy = parsed.config ? compilePolicy(parsed.config, options) : [];
  const tools = { ipv4: fakeIptables(), ipv6: fakeIptables() };
  const host: Host = {
    ...tools.ipv4.host,
    run: async (name, args, how) => {
      const command = [name, ...args].join(" ");
      if (args[0] === "--version") return runOf(command, { stdout: `${name} v1.0.6\n` });
      if (args.includes("mangle")) return runOf(command, { stdout: ":KUBE-KUBELET-CANARY - [0:0]\n" });
      if (command === "nft -j list chains") return runOf(command, { stdout: '{"nftables": []}' });
      if (name === "nft") return runOf(command, { stderr: "Error: No such file or directory", exit: 1 });
      return tools[name.startsWith("ip6") ? "ipv6" : "ipv4"].host.run(name, args, how);
    },
  };
  const opener = backendOpener(BACKENDS.find(({ name }) => name === "iptables") ?? AUTO, {
    chain: "IP-MASQ-AGENT",
    flag: (name) => ({ "iptables-variant": "nft", "nft-table": "ip-masq-agent" })[name] ?? "",
    warn: () => {},
    note: () => {},
    host,
  });
  const open = async () => {
    const [first] = policy;
    if (!first) throw new Error("a policy has no family");
    return opener(first);
  };
  if (applied) for (const part of policy) await (await open()).backend.sync(part);
  return {
    host,
    files: fakeFiles(
      { ...HEALTHY, ...(config === undefined ? {} : { [CONFIG]: config }), ...files },
      new Date("2026-01-05T12:00:00Z"),
    ),
    connections: fakeConntrack({ file: "" }),
    paths: [CONFIG],
    sources,
    parsed,
    policy,
    ours: { chain: "IP-MASQ-AGENT", table: "ip-masq-agent" },
    nat: async () =>
      nat
        ? [nat]
        : readNat(
            host,
            policy.map(({ family }) => family),
            { files: fakeFiles({}), addresses: async () => [] },
          ),
    open,
    now: NOW,
  };
}

const POD_NETWORK = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";

/** As the agent directs packets to its chain. */
const jump = (chain: string) =>
  `-A POSTROUTING -m comment --comment "ip-masq-agent: x" -m addrtype ! --dst-type LOCAL -j ${chain}`;

const CASES: readonly (readonly [what: string, node: Node, findings: readonly string[], unseen?: readonly string[]])[] =
  [
    ["a healthy node", { config: POD_NETWORK }, []],
    ["no config", {}, ["warning config: there is no config file, so the defaults apply"]],
    [
      "a config without a list",
      { config: "masqLinkLocal: true\n" },
      ["info config: the config has no nonMasqueradeCIDRs, so the default ones apply"],
    ],
    [
      "an invalid config",
      { config: "nonMasqueradeCIDRs: [10.0.0/8]\n" },
      ["error config: the config is invalid"],
      ["which rules are needed: the config is invalid"],
    ],
    [
      "a subPath mount",
      { config: POD_NETWORK, files: { "/proc/self/mountinfo": `40 39 0:50 / ${CONFIG} ro - ext4 /dev/sda1 rw\n` } },
      ["warning config: the config is mounted as a single file, so changes to the ConfigMap do not reach it"],
    ],
    [
      "a mounted folder",
      { config: POD_NETWORK, files: { "/proc/self/mountinfo": "40 39 0:50 / /etc/config ro - ext4 /dev/sda1 rw\n" } },
      [],
    ],
    ["no rules", { config: POD_NETWORK, applied: false }, ["error rules: the IPv4 rules do not match the config"]],
    [
      "pods that are not exempt",
      { config: "nonMasqueradeCIDRs: [192.168.0.0/16]\n" },
      ["warning pods: packets from pod to pod lose the address of the pod that sent them"],
    ],
    [
      "pods that are half exempt",
      { config: "nonMasqueradeCIDRs: [10.244.1.0/25]\n" },
      ["warning pods: packets from pod to pod lose the address of the pod that sent them"],
    ],
    [
      "sources that leave pods out",
      { config: `${POD_NETWORK}sourceCIDRs: [10.245.0.0/16]\n` },
      ["warning pods: sourceCIDRs leaves out pods of this node"],
    ],
    ["sources in two halves", { config: `${POD_NETWORK}sourceCIDRs: [10.244.1.0/25, 10.244.1.128/25]\n` }, []],
    [
      "no information about the ranges of pods",
      { config: POD_NETWORK, files: { "/proc/net/route": "" } },
      [],
      ["the ranges of this node's pods: no CNI config, no host-local address, and no route through a pod interface"],
    ],
    [
      "no forwarding",
      { config: POD_NETWORK, files: { "/proc/sys/net/ipv4/ip_forward": "0\n" } },
      ["error kernel: the kernel does not forward IPv4 packets"],
    ],
    [
      "IPv6 off",
      { config: POD_NETWORK, ipv6: true, files: { "/proc/sys/net/ipv6/conf/all/disable_ipv6": "1\n" } },
      ["error kernel: --enable-ipv6 is set, but IPv6 is disabled on this node"],
    ],
    [
      "a kernel without IPv6",
      { config: POD_NETWORK, ipv6: true },
      ["error kernel: --enable-ipv6 is set, but IPv6 is disabled on this node"],
    ],
    [
      "strict filtering with two uplinks",
      {
        config: POD_NETWORK,
        files: {
          "/proc/net/route": [
            "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "eth1\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "cni0\t0001F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
          ].join("\n"),
          "/proc/sys/net/ipv4/conf/all/rp_filter": "0\n",
          "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
        },
      },
      [
        "warning kernel: reverse path filtering is strict, and packets can leave through several interfaces: eth0, eth1",
      ],
    ],
    [
      "two agents",
      {
        config: POD_NETWORK,
        files: {
          "/proc/net/unix": [
            "Num       RefCount Protocol Flags    Type St Inode Path",
            "0000000000000000: 00000002 00000000 00010000 0001 01 30621 @ip-masq-agent/chain/IP-MASQ-AGENT@@@",
            "0000000000000000: 00000002 00000000 00010000 0001 01 30622 @ip-masq-agent/chain/MYMASQ@@@",
          ].join("\n"),
        },
      },
      ["warning leftovers: 2 agents are running on this node, each with its own chain"],
    ],
    [
      "rules of agents that do not run here",
      {
        config: POD_NETWORK,
        nat: viewOf([
          iptables([
            jump("IP-MASQ-AGENT"),
            "-A IP-MASQ-AGENT -j RETURN",
            jump("OLD"),
            "-A OLD -d 10.0.0.0/8 -j RETURN",
            "-A OLD -j RETURN",
          ]),
          iptables([jump("IP-MASQ-AGENT"), "-A IP-MASQ-AGENT -j RETURN"], "ipv4", "iptables-legacy"),
          ...nftChains({ table: "ip-masq-agent-2", chains: { post: { priority: 110, rules: [[{ return: null }]] } } }),
        ]),
      },
      [
        "warning leftovers: chain OLD (iptables-nft) has rules of an ip-masq-agent that is not running on this node",
        "warning leftovers: chain IP-MASQ-AGENT (iptables-legacy) has rules of an ip-masq-agent that is not running on this node",
        "warning leftovers: table ip ip-masq-agent-2 (nft) has rules of an ip-masq-agent that is not running on this node",
      ],
    ],
  ];

for (const [what, node, expected, gaps = []] of CASES) {
  test(what, async () => {
    const reports = await examine(CHECKS, await nodeOf(node));
    const findings = reports.flatMap((report) => report.findings);
    assert.equal(
      findings.map(({ check, severity, what }) => `${severity} ${check}: ${what}`),
      expected,
    );
    assert.equal(
      reports.flatMap(({ unseen }) => unseen),
      gaps,
    );
    for (const { evidence, why, remedy } of findings) assert.ok(evidence.length > 0 && why && remedy);
  });
}

test("the `seen` text of each check", async () => {
  const reports = await examine(CHECKS, await nodeOf({ config: POD_NETWORK }));
  const seen = Object.fromEntries(reports.map(({ name, seen }) => [name, seen]));
  assert.is(seen.config, `${CONFIG}, written 3 days ago`);
  assert.is(seen.rules, "iptables-nft (--backend=iptables), IPv4 in sync");
  assert.is(seen.conntrack, "10 connections of 1000");
  assert.is(seen.pods, "pods have addresses in 10.244.1.0/24");
  assert.is(seen.leftovers, "no agent is running, no leftovers");
  assert.match(seen.kernel ?? "", /, nft 1\.0\.6, iptables 1\.0\.6$/);
});

test("a failing check does not hide the results of others", async () => {
  const node = await nodeOf({ config: POD_NETWORK });
  const failing = { name: "failing", run: () => Promise.reject(new Error("no such luck")) };
  const reports = await examine([failing, ...CHECKS], node);
  assert.equal(reports[0], { name: "failing", seen: "", findings: [], unseen: ["no such luck"] });
  assert.is(reports.length, CHECKS.length + 1);
});

test.run();
