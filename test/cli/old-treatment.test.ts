// The report of apply about open connections after it has written rules.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { followWrite } from "../../src/cli/old-treatment.ts";
import { type FakeNode, fakeConntrack, tcp, udp } from "../conntrack/fake-conntrack.ts";
import { policyOf } from "../policy-of.ts";
import { runOf } from "../scripted-runner.ts";

const OLD = policyOf("10.0.0.0/8");
const NEW = policyOf("10.0.0.0/8", "203.0.113.0/24");

const LINES = [
  udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
  tcp("ESTABLISHED", "10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
  udp("10.244.0.3", "203.0.113.10"),
  // Not treated as the config says, but not because of a change.
  udp("10.244.0.2", "10.1.1.1", { snat: "192.0.2.1" }),
].join("");

/** A write of the rules for NEW. `before` is the meaning of the old rules; undefined: there were none; null: unknown. */
const written = (before: typeof OLD | undefined | null) => [
  {
    policy: NEW,
    transaction: {
      family: "ipv4" as const,
      ...{ text: "", changes: [], counts: { added: 1, removed: 0, kept: 0 } },
      ...(before === null ? {} : { meaning: () => ({ before, why: "", after: NEW, hasEntries: true, others: [] }) }),
    },
  },
];

const RESET: FakeNode["run"] = async (name, args) =>
  runOf([name, ...args].join(" "), { stdout: args[0] === "-R" ? "udp one\n" : "conntrack v1.4.7" });

test("connections that remain, and connections that were reset", async () => {
  const node = fakeConntrack({ file: LINES, ...(RESET ? { run: RESET } : {}) });
  const none = { deleted: 0, failure: undefined };
  assert.equal(await followWrite([], "udp", node), undefined);
  assert.equal(await followWrite(written(OLD), "none", node), { left: 2, ...none });
  assert.equal(await followWrite(written(OLD), "udp", node), { left: 1, deleted: 1, failure: undefined });
  // If the old rules are unknown, all connections with a wrong treatment count, and none is reset.
  assert.equal(await followWrite(written(undefined), "udp", node), { left: 3, ...none });
  assert.equal(await followWrite(written(null), "all", node), { left: 3, ...none });
});

test("errors in reading do not make it fail", async () => {
  const found = await followWrite(written(OLD), "udp", fakeConntrack({}));
  assert.equal([found?.left, found?.deleted], [undefined, 0]);
  assert.match(found?.failure ?? "", /cannot read this node's connections/);
});

test.run();
