// Which connections count, how they are treated, and what a change means for them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseConfig } from "../../src/config/index.ts";
import { type Comparison, compareConnections, parseConnection } from "../../src/conntrack/index.ts";
import { compilePolicy, outcomesOf } from "../../src/policy/index.ts";
import { OWN, tcp, udp } from "./fake-conntrack.ts";

const outcomes = (text: string, ipv6 = true) => {
  const { config } = parseConfig(text, { file: "test", ipv6, reservedRanges: false });
  if (!config) throw new Error(`invalid: ${text}`);
  return outcomesOf(compilePolicy(config, { chain: "IP-MASQ-AGENT", ipv6, randomFully: false, ports: [] }));
};

interface Options {
  readonly to?: string;
  readonly ipv6?: boolean;
  readonly outputInterface?: string;
}

function compare(
  from: string,
  lines: readonly string[],
  { to = from, ipv6, outputInterface }: Options = {},
): Comparison {
  const comparer = compareConnections({
    before: outcomes(from, ipv6),
    after: outcomes(to, ipv6),
    own: OWN,
    outputInterface,
  });
  comparer.add(lines.flatMap((line) => parseConnection(line.trim()) ?? []));
  return comparer.result();
}

const POD = "10.244.0.2";
const OUT = "203.0.113.10";
const NODE = "192.0.2.1";
const KEEP_10 = "nonMasqueradeCIDRs: [10.0.0.0/8]";

test("connections that the rules do not decide are set apart", () => {
  const cases: readonly [string, string][] = [
    [udp(POD, OUT), ""],
    [tcp("ESTABLISHED", POD, OUT), ""],
    [tcp("FIN_WAIT", POD, OUT), ""],
    // From outside to a pod, and through a node port: these are forwarded.
    [tcp("ESTABLISHED", OUT, POD), ""],
    [tcp("ESTABLISHED", OUT, NODE, { dnat: POD }), ""],
    [udp(NODE, OUT), "own"],
    [udp("10.244.0.1", POD), "own"],
    [udp("127.0.0.1", "127.0.0.1"), "own"],
    [udp("0000:0000:0000:0000:0000:0000:0000:0001", "::1"), "own"],
    [udp("2001:0db8:0001:0000:0000:0000:0000:0001", "2001:db8:9::1"), "own"],
    [udp(POD, "10.244.0.1"), "local"],
    [udp(POD, NODE), "local"],
    // A service that the node itself provides.
    [udp(POD, "10.96.0.10", { dnat: NODE }), "local"],
    [udp(POD, "224.0.0.251"), "local"],
    [udp("0.0.0.0", "255.255.255.255"), "local"],
    [udp(POD, "10.244.0.255"), "local"],
    [udp("fe80::1", "ff02::fb"), "local"],
    [udp("fd00::1", "fe80::2"), "local"],
    [tcp("TIME_WAIT", POD, OUT), "closed"],
    [tcp("CLOSE", POD, OUT), "closed"],
    [udp(POD, OUT, { rest: "zone=7" }), "zoned"],
    [udp("10.244.0.999", OUT), "unreadable"],
  ];
  for (const [line, expected] of cases) {
    const { apart, judged } = compare(KEEP_10, [line]);
    const found = Object.entries(apart).flatMap(([why, count]) => (count > 0 ? [why] : []));
    assert.equal([found.join(), judged], [expected, expected === "" ? 1 : 0], line);
  }
});

test("connections that are treated differently from the config", () => {
  const SNAT = "nonMasqueradeCIDRs: []\nsnat: [{to: 192.0.2.50-192.0.2.51, destinationCIDRs: [203.0.113.0/24]}]";
  const cases: readonly [config: string, line: string, isMisplaced: boolean][] = [
    [KEEP_10, udp(POD, "10.1.1.1"), false],
    [KEEP_10, udp(POD, "10.1.1.1", { snat: NODE }), true],
    [KEEP_10, udp(POD, OUT), true],
    [KEEP_10, udp(POD, OUT, { snat: NODE }), false],
    [KEEP_10, udp(POD, OUT, { snat: "192.0.2.50" }), false],
    // Masquerading cannot have chosen an address that the node does not have.
    [KEEP_10, udp(POD, OUT, { snat: "198.51.100.1" }), true],
    // The address behind a service decides.
    [KEEP_10, udp(POD, "10.96.0.1", { dnat: OUT }), true],
    [KEEP_10, udp(POD, OUT, { dnat: "10.1.1.1" }), false],
    // kube-proxy masquerades for other reasons.
    [KEEP_10, udp(POD, "10.96.0.1", { dnat: "10.1.1.1", snat: NODE }), false],
    [KEEP_10, tcp("ESTABLISHED", OUT, NODE, { dnat: POD, snat: "10.244.0.1" }), false],
    [SNAT, udp(POD, OUT, { snat: "192.0.2.51" }), false],
    [SNAT, udp(POD, OUT, { snat: NODE }), true],
    [SNAT, udp(POD, OUT), true],
    // Outside the scope other programs may translate.
    [`${KEEP_10}\nsourceCIDRs: [10.9.0.0/16]`, udp(POD, OUT), false],
    [`${KEEP_10}\nsourceCIDRs: [10.9.0.0/16]`, udp(POD, OUT, { snat: NODE }), false],
    [`${KEEP_10}\noutputInterfaces: [eth0]`, udp(POD, OUT), false],
    [KEEP_10, udp("fd00::2", "2001:db8:9::1"), true],
    [KEEP_10, udp("fd00::2", "2001:db8:9::1", { snat: "2001:0db8:0001:0000:0000:0000:0000:0001" }), false],
  ];
  for (const [config, line, expected] of cases) {
    const { misplaced } = compare(config, [line]);
    assert.is(misplaced.length > 0, expected, `${config}\n${line}`);
  }
  const unmanaged = compare(KEEP_10, [udp("fd00::2", "2001:db8:9::1")], { ipv6: false });
  assert.equal(unmanaged.misplaced, []);
});

test("a change counts connections by the rules that decide, and those that keep the old treatment", () => {
  const to = "nonMasqueradeCIDRs: [10.0.0.0/8, 203.0.113.0/24]";
  const lines = [
    udp(POD, OUT, { snat: NODE, rest: "packets=1 bytes=100" }),
    udp(POD, "203.0.113.11", { snat: NODE, rest: "packets=1 bytes=50" }),
    // Already judged by the new rules.
    udp(POD, "203.0.113.12"),
    udp(POD, "198.51.100.1", { snat: NODE }),
    udp(POD, "10.1.1.1"),
    udp(NODE, OUT),
  ];
  const { changes, judged, old, counted } = compare(KEEP_10, lines, { to });
  assert.equal([judged, old, counted, changes.length], [5, 2, true, 1]);
  const [change] = changes;
  assert.equal([change?.from.verdict.kind, change?.to.verdict.kind], ["masquerade", "keep"]);
  assert.equal([change?.connections, change?.bytes, change?.old, change?.examples.length], [3, 150, 2, 3]);
  assert.is(change?.to.rule?.prefix.network, "203.0.113.0/24");
  assert.equal(compare(KEEP_10, lines, { to: KEEP_10 }).changes, []);
});

test("which connections keep an old treatment, by what changed", () => {
  const snat = (to: string) => `nonMasqueradeCIDRs: []\nsnat: [{to: ${to}, destinationCIDRs: [203.0.113.0/24]}]`;
  const NONE = "nonMasqueradeCIDRs: []";
  const KEEP_OUT = "nonMasqueradeCIDRs: [203.0.113.0/24]";
  const scoped = (config: string) => `${config}\nsourceCIDRs: [10.9.0.0/16]`;
  const cases: readonly [from: string, to: string, line: string, old: number][] = [
    [NONE, KEEP_OUT, udp(POD, OUT, { snat: NODE }), 1],
    [NONE, KEEP_OUT, udp(POD, OUT), 0],
    [KEEP_OUT, NONE, udp(POD, OUT), 1],
    [KEEP_OUT, NONE, udp(POD, OUT, { snat: NODE }), 0],
    [NONE, snat("192.0.2.50"), udp(POD, OUT, { snat: NODE }), 1],
    [NONE, snat("192.0.2.50"), udp(POD, OUT, { snat: "192.0.2.50" }), 0],
    // The second address of an interface: an earlier policy chose it. Masquerading may use the first one.
    [snat("192.0.2.50"), NONE, udp(POD, OUT, { snat: "192.0.2.50" }), 1],
    [snat("192.0.2.1"), NONE, udp(POD, OUT, { snat: NODE }), 0],
    [snat("198.51.100.9"), NONE, udp(POD, OUT, { snat: "198.51.100.9" }), 1],
    [NONE, scoped(NONE), udp(POD, OUT, { snat: NODE }), 1],
    [scoped(NONE), NONE, udp(POD, OUT), 1],
    [NONE, scoped(NONE), udp("10.9.0.1", OUT, { snat: NODE }), 0],
    // If the interface is unknown and may matter, the connection does not count.
    [NONE, `${NONE}\noutputInterfaces: [eth0]`, udp(POD, OUT, { snat: NODE }), 0],
    [NONE, KEEP_OUT, udp(POD, "10.96.0.1", { dnat: OUT, snat: NODE }), 0],
    [KEEP_OUT, NONE, udp(POD, "10.96.0.1", { dnat: OUT }), 1],
  ];
  for (const [from, to, line, expected] of cases) {
    assert.is(compare(from, [line], { to }).old, expected, `${from}\n->\n${to}\n${line}`);
  }
  const limited = `${NONE}\noutputInterfaces: [eth0]`;
  for (const [outputInterface, old] of [
    ["eth0", 0],
    ["eth1", 1],
  ] as const) {
    assert.is(compare(NONE, [udp(POD, OUT, { snat: NODE })], { to: limited, outputInterface }).old, old);
  }
});

test.run();
