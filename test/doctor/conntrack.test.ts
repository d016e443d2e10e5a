// The connection table in doctor's view.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { conntrackCheck } from "../../src/doctor/conntrack.ts";
import type { NodeView } from "../../src/doctor/index.ts";
import { fakeConntrack } from "../conntrack/fake-conntrack.ts";
import { fakeFiles } from "../fake-files.ts";
import { policyOf } from "../policy-of.ts";
import { runOf } from "../scripted-runner.ts";

interface Case {
  readonly entries?: number;
  readonly limit?: number;
  /** insert_failed, drop, early_drop. */
  readonly counters?: readonly [number, number, number];
  /** Connections to one destination. */
  readonly busy?: number;
  readonly ports?: readonly { first: number; last: number }[];
}

/** Severities and messages of the findings. */
async function examine({ entries = 10, limit = 1000, counters = [0, 0, 0], busy = 0, ports = [] }: Case) {
  const hex = counters.map((count) => count.toString(16)).join(" ");
  const files = fakeFiles({
    "/proc/sys/net/netfilter/nf_conntrack_count": `${entries}\n`,
    "/proc/sys/net/netfilter/nf_conntrack_max": `${limit}\n`,
    "/proc/net/stat/nf_conntrack": `entries insert_failed drop early_drop\n0 ${hex}\n`,
  });
  const lines = Array.from({ length: busy }, (_, i) => {
    const ends = (a: string, b: string, from: number, to: number) => `src=${a} dst=${b} sport=${from} dport=${to}`;
    const there = ends("10.244.0.2", "203.0.113.10", i + 1024, 443);
    return `ipv4 2 tcp 6 100 ESTABLISHED ${there} ${ends("203.0.113.10", "192.0.2.1", 443, i + 1024)} mark=0 use=2\n`;
  });
  const run = async (name: string) => runOf(name, {});
  const connections = fakeConntrack({ file: lines.join("") });
  const policy = [{ ...policyOf("10.0.0.0/8"), ports }];
  const report = await conntrackCheck.run({ files, host: { run }, connections, policy } as unknown as NodeView);
  return { ...report, found: report.findings.map(({ severity, what }) => `${severity}: ${what}`) };
}

test("how full the table is", async () => {
  assert.equal((await examine({ entries: 750 })).found, []);
  assert.equal((await examine({ entries: 751 })).found, ["warning: the connection table is 75 % full"]);
  assert.equal((await examine({ entries: 901 })).found, ["error: the connection table is 90 % full"]);
  assert.equal((await examine({ entries: 5, limit: 0 })).found, []);
  assert.is((await examine({ entries: 5 })).seen, "5 connections of 1000");
});

test("connections that the kernel could not track", async () => {
  const full = "warning: the connection table has been full since the node started";
  const failed = (count: number) =>
    `warning: ${count} connections could not be inserted into the connection table since the node started`;
  assert.equal((await examine({ counters: [0, 5, 0] })).found, [full]);
  assert.equal((await examine({ counters: [0, 0, 1] })).found, [full]);
  assert.equal((await examine({ counters: [3, 3, 0] })).found, [failed(3)]);
  const both = await examine({ counters: [3, 9, 1] });
  assert.equal(both.found, [full, failed(3)]);
  assert.equal(both.findings[0]?.evidence, ["insert_failed: 3", "drop: 9", "early_drop: 1"]);
});

test("source ports of a busy destination", async () => {
  const ports = [{ first: 1024, last: 1123 }];
  const some = await examine({ busy: 75, ports });
  assert.equal(
    [some.found, some.seen],
    [[], "10 connections of 1000, at most 75 of 100 source ports in use for one destination"],
  );
  const many = await examine({ busy: 80, ports });
  assert.equal(many.found, ["warning: 80 % of the source ports for 203.0.113.10:443 are in use"]);
  assert.equal(many.findings[0]?.evidence, ["tcp from 192.0.2.1 to 203.0.113.10:443: 80 in use, 20 left"]);
  assert.match((await examine({ busy: 95, ports })).found.join(), /^error: 95 %/);
  assert.equal((await examine({ busy: 95 })).found, []);
});

test("missing information is reported", async () => {
  const run = async (name: string, args: readonly string[]) => runOf([name, ...args].join(" "), { fails: "missing" });
  const view = { files: fakeFiles({}), host: { run }, connections: fakeConntrack({}), policy: [] };
  const { seen, findings, unseen } = await conntrackCheck.run(view as unknown as NodeView);
  assert.equal([seen, findings], ["", []]);
  assert.match(
    unseen.join("\n"),
    /^how full the connection table is: .*\nsource ports in use: cannot read .*nf_conntrack/,
  );
});

test.run();
