import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Log } from "../../src/agent/log.ts";
import type { RuleTransaction } from "../../src/agent/rule-events.ts";
import { watchRules } from "../../src/agent/rule-watch.ts";
import type { Listen, ListenerCost } from "../../src/host/index.ts";
import { fakeClock } from "../fake-clock.ts";

const CHEAP: ListenerCost = { cpu: 0, resident: 5 << 20 };
const CHANGE = "add rule ip nat X counter\n# new generation 3 by process 7 (nft)\n";

/** A watch with a listener that the test controls. */
function watching({ unmeasured = false } = {}) {
  const clock = fakeClock();
  const said: string[] = [];
  const heard: RuleTransaction[] = [];
  let looks = 0;
  const listeners: { text: (part: string) => void; ended: (why: string) => void; stopped: boolean }[] = [];
  const state: { cost: () => ListenerCost | undefined } = { cost: () => CHEAP };
  const listen: Listen = (name, args, { text, ended }) => {
    assert.equal([name, ...args], ["nft", "monitor"]);
    const listener = { text, ended, stopped: false };
    listeners.push(listener);
    return {
      cost: () => state.cost(),
      stop: () => {
        listener.stopped = true;
      },
    };
  };
  const log: Log = {
    event: (_, message) => void said.push(message),
    state: (_key, _level, message) => void said.push(String(message)),
    over: () => said.length > 0,
    flushed: async () => {},
  };
  const watch = watchRules({
    listen,
    tables: () => ["nat"],
    matters: () => true,
    changed: (transaction) => void heard.push(transaction),
    readAll: () => void looks++,
    containerMemory: Number.POSITIVE_INFINITY,
    unmeasured,
    log,
    metrics: undefined,
    clock,
  });
  return { clock, watch, said, heard, listeners, state, looks: () => looks, last: () => listeners.at(-1) };
}

test("it is reliable once it listens and all rules have been read", () => {
  const { clock, watch, heard, last, looks } = watching();
  watch.start();
  watch.start();
  last()?.text(CHANGE);
  assert.is(heard.length, 1);
  assert.not(watch.isReliable());
  clock.advance(5_000);
  assert.equal([watch.isReliable(), looks()], [true, 1]);
  watch.stop();
  assert.equal([watch.isReliable(), last()?.stopped], [false, true]);
});

test("a listener that ends is started again, later each time, and then all rules are read", () => {
  const { clock, watch, listeners, last, looks, said } = watching();
  watch.start();
  for (const [i, wait] of [1_000, 2_000, 4_000].entries()) {
    last()?.ended("exit 1");
    assert.not(watch.isReliable());
    clock.advance(wait - 1);
    assert.is(listeners.length, i + 1);
    clock.advance(1);
    assert.is(listeners.length, i + 2);
  }
  assert.match(said[0] ?? "", /repaired at the next resync, not at once: nft monitor has ended: exit 1/);
  clock.advance(5_000);
  assert.equal([watch.isReliable(), looks()], [true, 1]);
  assert.match(said.at(-1) ?? "", /at once again/);
});

test("after lost events the rules are read", () => {
  const { clock, watch, last, looks } = watching();
  watch.start();
  clock.advance(5_000);
  last()?.text("# ERROR: We lost some netlink events!\n");
  assert.is(looks(), 2);
});

test("a listener that costs too much is stopped for ten minutes", () => {
  const { clock, watch, state, listeners, last, said } = watching();
  state.cost = () => ({ cpu: 0, resident: 193 << 20 });
  watch.start();
  clock.advance(1_000);
  assert.ok(last()?.stopped);
  assert.match(said[0] ?? "", /holds the node's whole ruleset and takes 193 MiB, more than 192/);
  clock.advance(599_000);
  assert.is(listeners.length, 1);
  clock.advance(1_000);
  assert.is(listeners.length, 2);
});

test("its cost is measured while it starts and while it reports changes, and never otherwise", () => {
  const { clock, watch, state, last } = watching();
  let asked = 0;
  state.cost = () => {
    asked++;
    return CHEAP;
  };
  watch.start();
  clock.advance(60_000);
  assert.is(asked, 3);
  for (let i = 0; i < 30; i++) {
    last()?.text(CHANGE);
    clock.advance(100);
  }
  clock.advance(3_600_000);
  assert.is(asked, 6);
});

test("a cost that cannot be measured stops it, unless the user asked for it", () => {
  for (const unmeasured of [false, true]) {
    const { clock, watch, state, last, said } = watching({ unmeasured });
    state.cost = () => undefined;
    watch.start();
    clock.advance(20_000);
    assert.equal([last()?.stopped, watch.isReliable(), said.length > 0], [!unmeasured, unmeasured, !unmeasured]);
  }
});

test.run();
