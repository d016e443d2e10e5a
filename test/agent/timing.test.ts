import { test } from "uvu";
import * as assert from "uvu/assert";
import { nextDelay, reconcile } from "../../src/agent/reconcile.ts";
import { type Pace, settle } from "../../src/agent/settle.ts";

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

test("the next attempt: ±10 % after success, 1 s, 2 s, 4 s … up to the interval after failures", () => {
  const cases: [number, number, number, number][] = [
    [60_000, 0, 0, 54_000],
    [60_000, 0, 0.5, 60_000],
    [60_000, 0, 1, 66_000],
    [60_000, 1, 0.9, 1_000],
    [60_000, 2, 0, 2_000],
    [60_000, 6, 0, 32_000],
    [60_000, 7, 0, 54_000],
    [60_000, 2000, 1, 66_000],
    [500, 1, 0.5, 500],
    // A timer takes no more than 2^31 - 1 ms.
    [1e12, 0, 0.5, 0x7fffffff],
  ];
  for (const [interval, failures, random, expected] of cases) {
    assert.is(Math.round(nextDelay({ interval, failures }, random)), expected, `${interval} ${failures} ${random}`);
  }
});

test("attempts never overlap, and a trigger during one causes exactly one more", async () => {
  let running = 0;
  let count = 0;
  const attempt = async () => {
    assert.is(++running, 1);
    count++;
    await sleep(20);
    running--;
    return true;
  };
  const reconciler = reconcile(attempt, () => 60_000);
  for (let i = 0; i < 10; i++) reconciler.trigger();
  await sleep(10);
  for (let i = 0; i < 10; i++) reconciler.trigger();
  await reconciler.stop();
  // The first runs, the second was asked for before the stop and is dropped by it.
  assert.is(count, 1);
  reconciler.trigger();
  await sleep(10);
  assert.is(count, 1);
});

test("it goes on by itself", async () => {
  let count = 0;
  const reconciler = reconcile(
    async () => ++count < 0,
    () => 5,
  );
  reconciler.trigger();
  while (count < 4) await sleep(5);
  await reconciler.stop();
});

const QUICK: Pace = { quiet: 5, longest: 250 };

test("a burst of events is one call, and a long one a few", async () => {
  let calls = 0;
  const event = settle(() => calls++);
  for (let i = 0; i < 100; i++) event(QUICK);
  assert.ok(event.pending());
  await sleep(50);
  assert.is(calls, 1);
  assert.not(event.pending());
  const end = performance.now() + 600;
  while (performance.now() < end) {
    event(QUICK);
    await sleep(1);
  }
  await sleep(50);
  assert.ok(calls >= 2 && calls <= 8, `${calls} calls`);
  event(QUICK);
  event.cancel();
  const before = calls;
  await sleep(30);
  assert.is(calls, before);
});

test("the slowest event of a burst sets its pace", async () => {
  let calls = 0;
  const event = settle(() => calls++);
  event({ quiet: 300, longest: 10_000 });
  for (let i = 0; i < 10; i++) {
    event(QUICK);
    await sleep(20);
  }
  assert.is(calls, 0, "what is quick does not end what is slow");
  await sleep(400);
  assert.is(calls, 1);
  event(QUICK);
  await sleep(50);
  assert.is(calls, 2, "the next burst has its own pace");
});

test.run();
