// After a change of the policy the agent says which open connections keep the old treatment.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Log } from "../../src/agent/index.ts";
import { watchOpenConnections } from "../../src/agent/open-connections.ts";
import type { Reset } from "../../src/conntrack/index.ts";
import type { FamilyPolicy } from "../../src/policy/index.ts";
import { type FakeNode, fakeConntrack, tcp, udp } from "../conntrack/fake-conntrack.ts";
import { fakeClock } from "../fake-clock.ts";
import { policyOf } from "../policy-of.ts";
import { runOf } from "../scripted-runner.ts";

const OLD = policyOf("10.0.0.0/8");
const NEW = policyOf("10.0.0.0/8", "203.0.113.0/24");
const LINES = [
  udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
  tcp("ESTABLISHED", "10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
  udp("10.244.0.3", "203.0.113.10"),
].join("");

/** The log lines and metrics after these changes. */
async function follow(
  changes: readonly (readonly [FamilyPolicy, FamilyPolicy])[],
  node: FakeNode,
  reset: Reset = "none",
) {
  const lines: string[] = [];
  let reads = 0;
  const log: Log = {
    event: (level, message, verbosity = 0) => void (verbosity === 0 && lines.push(`${level}: ${message}`)),
    state: (_key, level, message) => void lines.push(`${level}: ${typeof message === "string" ? message : message()}`),
    over: () => false,
    flushed: async () => {},
  };
  const counts: number[][] = [];
  const metrics = { openConnections: (...count: number[]) => void counts.push(count) };
  const fake = fakeConntrack(node);
  const host = {
    ...fake,
    pieces: (file: string) => {
      reads++;
      return fake.pieces(file);
    },
  };
  const clock = fakeClock();
  const watch = watchOpenConnections({ reset, log, metrics: metrics as never, host, clock });
  for (const [before, after] of changes) watch.changed(before, after);
  assert.is(reads, 0, "nothing is read at once");
  clock.advance(1_000);
  await watch.settled();
  return { lines, counts, reads };
}

test("a change that affects verdicts is followed up, once", async () => {
  const node = { file: LINES };
  const told = ["info: open connections: 2 keep an old treatment until they end"];
  assert.equal(await follow([[OLD, NEW]], node), { lines: told, counts: [[2, 0]], reads: 1 });
  // Several changes at the same time count as one.
  const between = policyOf("11.0.0.0/8");
  const several = await follow(
    [
      [OLD, between],
      [between, NEW],
    ],
    node,
  );
  assert.equal(several, { lines: told, counts: [[2, 0]], reads: 1 });
});

test("a change that affects no verdict reads nothing", async () => {
  const same = policyOf("10.0.0.0/9", "10.128.0.0/9");
  const other: FamilyPolicy = { ...OLD, randomFully: true, ports: [{ first: 1024, last: 2048 }] };
  for (const next of [same, other]) {
    assert.equal(await follow([[OLD, next]], { file: LINES }), { lines: [], counts: [], reads: 0 });
  }
  assert.is(
    (
      await follow(
        [
          [OLD, NEW],
          [NEW, OLD],
        ],
        { file: LINES },
      )
    ).reads,
    0,
  );
});

test("a change of the scope affects verdicts", async () => {
  const scoped: FamilyPolicy = { ...OLD, scope: { ...OLD.scope, sources: [] } };
  assert.equal((await follow([[OLD, scoped]], { file: LINES })).counts, [[2, 0]]);
});

test("connections that depend on the interface are counted separately, and not reset", async () => {
  const limited: FamilyPolicy = { ...OLD, scope: { ...OLD.scope, outputInterfaces: ["eth0"] } };
  const { lines, counts } = await follow([[OLD, limited]], { file: LINES }, "all");
  assert.equal(counts, [[0, 0]]);
  assert.equal(lines, ["info: open connections: 3 may keep one, depending on the interface that they leave through"]);
});

test("connections are reset", async () => {
  const run = async (name: string, args: readonly string[]) =>
    runOf([name, ...args].join(" "), { stdout: args[0] === "-R" ? "udp one\n" : "conntrack v1.4.7" });
  const { lines, counts } = await follow([[OLD, NEW]], { file: LINES, run }, "udp");
  assert.equal(counts, [[1, 1]]);
  assert.equal(lines, [
    "info: open connections: 1 of 1 with an old treatment reset",
    "info: open connections: 1 keep an old treatment until they end",
  ]);
});

test("a program that keeps changing the rules cannot keep the agent busy", async () => {
  const clock = fakeClock();
  const fake = fakeConntrack({ file: LINES });
  const reads: number[] = [];
  const pieces = (file: string) => {
    reads.push(clock.now());
    clock.advance(500);
    return fake.pieces(file);
  };
  const log: Log = { event: () => {}, state: () => {}, over: () => false, flushed: async () => {} };
  const watch = watchOpenConnections({ reset: "none", log, metrics: undefined, host: { ...fake, pieces }, clock });
  for (let second = 0; second < 20; second++) {
    watch.changed(OLD, NEW);
    clock.advance(1_000);
    await watch.settled();
  }
  assert.ok(reads.length >= 2 && reads.length <= 4, reads.join());
  watch.stop();
});

test("connections that cannot be read or deleted are reported, and the agent continues", async () => {
  const unread = await follow([[OLD, NEW]], {});
  assert.match(unread.lines.join(), /^info: open connections: cannot read this node's connections/);
  assert.match((await follow([[OLD, NEW]], {}, "udp")).lines.join(), /^warning: /);
  const run = async (name: string, args: readonly string[]) =>
    runOf([name, ...args].join(" "), args[0] === "-R" ? { exit: 1, stderr: "no" } : { stdout: "conntrack v1.4.7" });
  const { lines, counts } = await follow([[OLD, NEW]], { file: LINES, run }, "all");
  assert.equal(counts, [[2, 0]]);
  assert.match(lines.join("\n"), /^warning: open connections: some could not be reset: .*exit 1/m);
});

test.run();
