// The kernel's counters, and how many source ports are in use.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { countAvailablePorts, countPorts, parseConnection, readTableHealth } from "../../src/conntrack/index.ts";
import type { Runner } from "../../src/host/index.ts";
import { fakeFiles } from "../fake-files.ts";
import { runOf } from "../scripted-runner.ts";
import { OWN, tcp, udp } from "./fake-conntrack.ts";

const COUNT = "/proc/sys/net/netfilter/nf_conntrack_count";
const LIMIT = "/proc/sys/net/netfilter/nf_conntrack_max";
const STATISTICS = "/proc/net/stat/nf_conntrack";

/** As printed by Linux 6.18. The first column is the same for all processors. */
const TABLE = `entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
00018557  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 0000000a 00000010 00000001 00000000  00000000 00000000 00000000 00000000
00018557  00000000 00000000 00000000 00000000 00000000 00000000 00000000 000186a0 00000005 00000000 00000002 00000000  00000000 00000000 00000000 00000000
`;
const TOOL = `cpu=0   	found=0 invalid=0 insert=0 insert_failed=10 drop=16 early_drop=1 error=0 search_restart=0 clash_resolve=0 chaintoolong=0
cpu=1   	found=0 invalid=0 insert=0 insert_failed=5 drop=0 early_drop=2 error=0 search_restart=0 clash_resolve=0 chaintoolong=0
`;

const noTool: Runner = async (name, args) => runOf([name, ...args].join(" "), { fails: "missing" });

test("the files in /proc, otherwise the tool, otherwise nothing", async () => {
  const counters = { insertFailed: 15, drop: 16, earlyDrop: 3 };
  const all = fakeFiles({ [COUNT]: "99671\n", [LIMIT]: "262144\n", [STATISTICS]: TABLE });
  assert.equal(await readTableHealth(all, noTool), { entries: 99671, limit: 262144, counters });
  const some = fakeFiles({ [COUNT]: "1\n", [STATISTICS]: "nonsense\n" });
  assert.equal(await readTableHealth(some, noTool), { entries: 1, limit: undefined, counters: undefined });
  const tool: Runner = async (name, args) =>
    runOf([name, ...args].join(" "), { stdout: args[0] === "-C" ? "42\n" : TOOL });
  assert.equal(await readTableHealth(fakeFiles({ [COUNT]: undefined }), tool), {
    entries: 42,
    limit: undefined,
    counters,
  });
  const nothing = { entries: undefined, limit: undefined, counters: undefined };
  assert.equal(await readTableHealth(fakeFiles({}), noTool), nothing);
  const refused: Runner = async (name, args) => runOf([name, ...args].join(" "), { exit: 1, stderr: "not permitted" });
  assert.equal(await readTableHealth(fakeFiles({}), refused), nothing);
});

test("ports are counted by the source that the destination sees, the destination and its port", () => {
  const lines = [
    udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
    udp("10.244.0.3", "203.0.113.10", { snat: "192.0.2.1" }),
    // Closed: the port stays in use until the kernel forgets the connection.
    tcp("TIME_WAIT", "10.244.0.3", "203.0.113.10", { snat: "192.0.2.1" }),
    // The node's own connection uses a port; a pod that keeps its address uses none.
    udp("192.0.2.1", "203.0.113.10"),
    udp("10.244.0.4", "203.0.113.10"),
    ...Array.from({ length: 9 }, () => udp("127.0.0.1", "127.0.0.1")),
    ...Array.from({ length: 9 }, () => udp("192.0.2.1", "10.244.0.1")),
    udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.50" }),
    udp("10.244.0.2", "10.96.0.1", { dnat: "203.0.113.10", snat: "192.0.2.1" }),
    udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1", rest: "zone=2" }),
    udp("2001:0db8:0001:0000:0000:0000:0000:0001", "2001:0db8:0009:0000:0000:0000:0000:0010"),
    udp("fd00::2", "2001:0db8:0009:0000:0000:0000:0000:0010", { snat: "2001:0db8:0001:0000:0000:0000:0000:0001" }),
  ];
  const counter = countPorts(OWN);
  counter.add(lines.flatMap((line) => parseConnection(line.trim()) ?? []));
  const found = counter
    .busiest(10)
    .map(({ protocol, source, destination, port, used }) => `${protocol} ${source} ${destination} ${port}: ${used}`);
  assert.equal(found.slice(0, 2), ["udp 192.0.2.1 203.0.113.10 53: 4", "udp 2001:db8:1::1 2001:db8:9::10 53: 2"]);
  assert.equal(found.slice(2).sort(), ["tcp 192.0.2.1 203.0.113.10 53: 1", "udp 192.0.2.50 203.0.113.10 53: 1"]);
  assert.is(counter.busiest(1).length, 1);
});

test("of very many destinations the busiest are counted", () => {
  const counter = countPorts(OWN);
  const to = (host: string) => parseConnection(udp("10.244.0.2", host, { snat: "192.0.2.1" }).trim());
  const busy = to("203.0.113.10");
  for (let i = 0; i < 120_000; i++) {
    const other = to(`11.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);
    counter.add([...(other ? [other] : []), ...(busy && i % 100 === 0 ? [busy] : [])]);
  }
  assert.equal(
    counter.busiest(1).map(({ destination, used }) => [destination, used]),
    [["203.0.113.10", 1_200]],
  );
});

test("the ports that NAT may use", () => {
  const cases: readonly [readonly [number, number][], number][] = [
    [[], 64_512],
    [[[1024, 65535]], 64_512],
    [[[5000, 5000]], 1],
    [
      [
        [40000, 40099],
        [1024, 1999],
      ],
      1_076,
    ],
    [
      [
        [1000, 2000],
        [1500, 2500],
        [1600, 1700],
      ],
      1_501,
    ],
  ];
  for (const [ranges, expected] of cases) {
    assert.is(countAvailablePorts(ranges.map(([first, last]) => ({ first, last }))), expected);
  }
});

test.run();
