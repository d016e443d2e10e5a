// doctor --flow: the interface from the routes, the source that the outside sees, and the output.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainFlow, type FlowQuestion, flowData, formatFlow } from "../../src/doctor/index.ts";
import { findOutput, readRoutes } from "../../src/doctor/routes.ts";
import type { NodeFacts } from "../../src/netfilter/read-nat.ts";
import { fakeFiles } from "../fake-files.ts";
import { comparedSteps, saveText } from "../netfilter/views.ts";
import { parseSlow } from "../policy/random.ts";
import { scriptedRunner } from "../scripted-runner.ts";

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	010200C0	0003	0	0	600	00000000	0	0	0
cni0	0000F40A	00000000	0001	0	0	0	0000FFFF	0	0	0
flannel.1	0001F40A	0001F40A	0003	0	0	0	00FFFFFF	0	0	0
*	0000C80A	00000000	0201	0	0	0	0000FFFF	0	0	0
`;
const ROUTES6 = `fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     cni0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

test("the longest route decides, then the lowest metric", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["8.8.8.8", "eth0"],
    ["10.244.7.1", "cni0"],
    ["10.244.1.9", "flannel.1"],
    ["10.200.1.1", "eth0"],
    ["fd00::9", "cni0"],
    ["2001:db8::1", "eth0"],
  ];
  const routes = readRoutes(fakeFiles({ "/proc/net/route": ROUTES, "/proc/net/ipv6_route": ROUTES6 }));
  for (const [address, name] of cases) {
    const family = address.includes(":") ? "ipv6" : "ipv4";
    assert.is(findOutput(routes, family, parseSlow(address)), name, address);
  }
  assert.is(findOutput([], "ipv4", 1n), undefined);
});

const FACTS: NodeFacts = {
  files: fakeFiles({ "/proc/net/route": ROUTES }),
  addresses: async () => [
    { name: "eth0", address: "192.0.2.1" },
    { name: "eth0", address: "fe80::1" },
    { name: "cni0", address: "10.244.0.1" },
  ],
};

/** A node with these rules in table nat of iptables-nft. */
const OURS = { chain: "IP-MASQ-AGENT", table: "ip-masq-agent" };

async function explain(rules: readonly string[], question: Partial<FlowQuestion> = {}, facts: Partial<NodeFacts> = {}) {
  const chain = {
    family: "ip",
    table: "nat",
    name: "POSTROUTING",
    handle: 1,
    type: "nat",
    hook: "postrouting",
    prio: 100,
    policy: "accept",
  };
  const { run } = scriptedRunner([
    { command: "nft -j list chains", stdout: JSON.stringify({ nftables: [{ chain }] }) },
    { command: "iptables-nft-save -t nat", stdout: saveText(rules) },
    ...comparedSteps(rules),
    { command: "iptables-nft-save -t raw", fails: "missing" },
  ]);
  return explainFlow({ run }, { source: "10.244.0.7", destination: "8.8.8.8", ...question }, OURS, {
    ...FACTS,
    ...facts,
  });
}

const HEAD = "from 10.244.0.7; to 8.8.8.8; leaves through eth0 (main routing table)";
const CHAIN = "iptables-nft, table ip nat, chain POSTROUTING (priority 100)";

test("the text output", async () => {
  const flannel = [
    '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    "-A FLANNEL-POSTRTG ! -d 224.0.0.0/4 -j MASQUERADE",
  ];
  assert.equal(formatFlow(await explain(flannel)).split("\n"), [
    HEAD,
    "",
    CHAIN,
    '  match  POSTROUTING rule 1: -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    "  match    FLANNEL-POSTRTG rule 1: ! -d 224.0.0.0/4 -j MASQUERADE",
    "",
    "masqueraded: its source becomes the address of eth0",
    "the destination sees 192.0.2.1",
    "decided by iptables-nft, FLANNEL-POSTRTG rule 1: ! -d 224.0.0.0/4 -j MASQUERADE",
    "  probably added by flannel. Start flanneld without --ip-masq.",
  ]);
  const mark = await explain(["-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE"]);
  assert.equal(formatFlow(mark).split("\n").slice(2), [
    CHAIN,
    "  no rule matches",
    "",
    "kept: the packet keeps its source address",
    "the destination sees 10.244.0.7",
    "assumed: the packet has no mark (--mark)",
  ]);
});

test("packets to the node itself never reach the hook, unless the node sends them", async () => {
  const rules = ["-A POSTROUTING -j MASQUERADE"];
  for (const destination of ["192.0.2.1", "10.244.0.1/32", "255.255.255.255"]) {
    const flow = await explain(rules, { destination });
    assert.is(flow.isDelivered, true, destination);
    assert.equal(formatFlow(flow).split("\n").slice(-4), [
      "  not reached",
      "",
      "kept: the destination is this node itself, so the packet never reaches these chains",
      "the node sees 10.244.0.7",
    ]);
  }
  // A block that contains other addresses, and packets that the node sends to itself.
  assert.is((await explain(rules, { destination: "192.0.2.0/24" })).isDelivered, false);
  const own = await explain(rules, { source: "10.244.0.1", destination: "192.0.2.1" });
  assert.equal([own.isDelivered, own.walk.outcome.kind], [false, "masqueraded"]);
});

test("maybe, and what it depends on", async () => {
  const rules = [
    "-A POSTROUTING -p tcp -m tcp --dport 25 -j DROPPED",
    "-A DROPPED -m set --match-set mail dst -j RETURN",
    "-A DROPPED -j SNAT --to-source 192.0.2.25",
  ];
  assert.equal(
    formatFlow(await explain(rules))
      .split("\n")
      .slice(3),
    [
      "  maybe  POSTROUTING rule 1: -p tcp -m tcp --dport 25 -j DROPPED  [depends on the protocol, the port]",
      "  maybe    DROPPED rule 1: -m set --match-set mail dst -j RETURN  [depends on the match set]",
      "  match    DROPPED rule 2: -j SNAT --to-source 192.0.2.25",
      "",
      "maybe: translated: its source becomes 192.0.2.25, or kept: the packet keeps its source address",
      "  it depends on the match set, which is not interpreted, in: -m set --match-set mail dst -j RETURN",
      "  it depends on the port (--port), in: -p tcp -m tcp --dport 25 -j DROPPED",
      "  it depends on the protocol (--protocol), in: -p tcp -m tcp --dport 25 -j DROPPED",
      "the destination sees 192.0.2.25 or 10.244.0.7",
    ],
  );
  const told = await explain(rules, { protocol: "tcp", port: 80 });
  assert.is(
    formatFlow(told).split("\n")[0],
    "from 10.244.0.7; to 8.8.8.8, port 80; tcp; leaves through eth0 (main routing table)",
  );
  assert.is(told.walk.outcome.kind, "kept");
});

test("unknown facts about the node are reported", async () => {
  const denied = fakeFiles({ "/proc/net/ip_tables_names": undefined, "/proc/net/route": undefined });
  const explained = await explain(
    ["-A POSTROUTING -o eth0 -j MASQUERADE"],
    {},
    { files: denied, addresses: async () => undefined },
  );
  const text = formatFlow(explained);
  assert.match(text, /^from 10\.244\.0\.7; to 8\.8\.8\.8; output interface unknown$/m);
  assert.match(text, /^not read: table ip nat \(iptables-legacy\): \/proc\/net\/ip_tables_names: permission denied$/m);
  assert.match(text, /it depends on the output interface \(--output-interface\), in: -o eth0 -j MASQUERADE/);
});

test("in JSON, addresses are text", async () => {
  const data = JSON.parse(
    JSON.stringify(flowData(await explain(["-A POSTROUTING -j SNAT --to-source 192.0.2.9"], { mark: 1n }))),
  );
  assert.equal(data.outcome, { kind: "translated", to: "192.0.2.9" });
  assert.equal(data.question, { source: "10.244.0.7", destination: "8.8.8.8", mark: "0x1" });
  assert.equal(data.seen, ["192.0.2.9"]);
  assert.equal(data.decides.rule, "-j SNAT --to-source 192.0.2.9");
  assert.equal(data.endings[0].source, ["10.244.0.7"]);
});

test.run();
