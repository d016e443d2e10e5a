// The agent checks for rules of other programs that override the config, not too often, and reports each state once.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { watchForeignRules } from "../../src/agent/foreign-rules.ts";
import type { Log } from "../../src/agent/index.ts";
import type { Finding } from "../../src/doctor/index.ts";
import { fakeClock, turnsUntil } from "../fake-clock.ts";
import { policyOf } from "../policy-of.ts";

const OURS = { chain: "IP-MASQ-AGENT", table: "ip-masq-agent" };
const POLICY = policyOf("10.0.0.0/8");

const finding = (severity: "error" | "warning"): Finding => ({
  ...{ check: "source-nat", severity, why: "", remedy: "" },
  what: "a rule of Docker masquerades packets",
  evidence: ["-j MASQUERADE", "from: anywhere"],
});

/** A watch whose checks find the current content of `found`, and take this long. */
function start({ takes = 0, interval = 60_000, gap = undefined as string | undefined } = {}) {
  const clock = fakeClock();
  const lines: string[] = [];
  const states = new Set<string>();
  const looks: number[] = [];
  const counts: number[][] = [];
  let found: readonly Finding[] = [];
  const log: Log = {
    event: (level, message, verbosity = 0) => void (verbosity === 0 && lines.push(`${level}: ${message}`)),
    state: (key, level, message) => {
      states.add(key);
      lines.push(`${level}: ${message}`);
    },
    over: (key) => states.delete(key),
    flushed: async () => {},
  };
  const watch = watchForeignRules({
    ours: OURS,
    interval: () => interval,
    log,
    metrics: { foreignRules: (...count: number[]) => void counts.push(count) } as never,
    find: async (policies, ours) => {
      looks.push(clock.now());
      assert.equal([policies, ours], [[POLICY], OURS]);
      await Promise.resolve();
      clock.advance(takes);
      return { findings: found, lines: found.map(({ what }) => what), gap };
    },
    clock,
  });
  watch.want([POLICY]);
  return {
    ...{ watch, clock, lines, looks, counts },
    find: (...findings: readonly Finding[]) => {
      found = findings;
    },
    /** Moves the clock to the next check, and waits for its end. */
    next: async () => {
      const { length } = counts;
      clock.advance(clock.next() ?? 0);
      await turnsUntil(() => counts.length > length && clock.next() !== undefined, "a look");
    },
  };
}

test("nothing is checked before the first change, then soon after each change, and every five minutes", async () => {
  const { watch, clock, looks, next } = start();
  assert.is(clock.next(), undefined);
  watch.changed();
  watch.changed();
  await next();
  await next();
  watch.changed();
  await next();
  assert.equal(looks, [1_000, 301_000, 302_000]);
  await watch.stop();
  assert.is(clock.next(), undefined);
});

test("a slow check is repeated less often, and the interval is respected", async () => {
  const slow = start({ takes: 3_000 });
  slow.watch.changed();
  await slow.next();
  slow.watch.changed();
  await slow.next();
  assert.equal(slow.looks, [1_000, 604_000]);
  const lazy = start({ interval: 3_600_000 });
  lazy.watch.changed();
  await lazy.next();
  await lazy.next();
  assert.equal(lazy.looks, [1_000, 3_601_000]);
});

test("a finding is a warning and a metric, and its end is reported", async () => {
  const { watch, find, next, lines, counts } = start();
  find(finding("error"), finding("warning"));
  watch.changed();
  await next();
  find();
  await next();
  await next();
  const line = "a rule of Docker masquerades packets";
  assert.equal(lines, [
    `warning: ${line}\n${line}`,
    "info: no rule of another program overrides the config any longer",
  ]);
  assert.equal(counts, [
    [1, 2],
    [0, 0],
    [0, 0],
  ]);
});

test("what is not read is reported", async () => {
  const { watch, next, lines } = start({ gap: "nft takes too long" });
  watch.changed();
  await next();
  assert.equal(lines, ["info: nft takes too long"]);
});

test.run();
