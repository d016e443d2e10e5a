// When a family is synced again.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nextDelay, reconcile } from "../../src/agent/reconcile.ts";
import { fakeClock, turnsUntil } from "../fake-clock.ts";

test("the next attempt: ±10 % after success; 1 s, 2 s, 4 s … up to the interval after failures", () => {
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
    // A timer takes at most 2^31 - 1 ms.
    [1e12, 0, 0.5, 0x7fffffff],
  ];
  for (const [interval, failures, random, expected] of cases) {
    assert.is(Math.round(nextDelay({ interval, failures }, random)), expected, `${interval} ${failures} ${random}`);
  }
});

test("attempts never overlap, and triggers during one cause exactly one more", async () => {
  const clock = fakeClock();
  const ends: (() => void)[] = [];
  let running = 0;
  const attempt = () => {
    assert.is(++running, 1);
    return new Promise<boolean>((done) => {
      ends.push(() => {
        running--;
        done(true);
      });
    });
  };
  const reconciler = reconcile(attempt, () => 60_000, clock);
  for (let i = 0; i < 10; i++) reconciler.trigger();
  assert.is(ends.length, 1);
  for (let i = 0; i < 10; i++) reconciler.trigger();
  ends[0]?.();
  await turnsUntil(() => ends.length === 2, "the second attempt");
  ends[1]?.();
  await turnsUntil(() => clock.next() === 60_000, "the wait for the third");
  // The stop drops an attempt that was requested before it.
  reconciler.trigger();
  reconciler.trigger();
  assert.is(ends.length, 3);
  const stopped = reconciler.stop();
  ends[2]?.();
  await stopped;
  reconciler.trigger();
  assert.is(ends.length, 3);
  assert.is(clock.next(), undefined);
});

test("it repeats by itself, sooner after failures", async () => {
  const clock = fakeClock();
  const waits: number[] = [];
  let count = 0;
  const reconciler = reconcile(
    // The third and all later attempts succeed.
    async () => ++count >= 3,
    () => 60_000,
    clock,
  );
  reconciler.trigger();
  while (waits.length < 4) {
    await turnsUntil(() => clock.next() !== undefined, "the next wait");
    waits.push(clock.next() ?? 0);
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.equal(waits, [1_000, 2_000, 60_000, 60_000]);
  await reconciler.stop();
});

test.run();
