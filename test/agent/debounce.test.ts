// How a burst of events becomes one call.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { debounce, type Pace } from "../../src/agent/debounce.ts";
import { fakeClock } from "../fake-clock.ts";

const QUICK: Pace = { quiet: 5, max: 250 };

test("a burst of events is one call, and a long burst is a few", () => {
  const clock = fakeClock();
  let calls = 0;
  const event = debounce(() => calls++, clock);
  for (let i = 0; i < 100; i++) event(QUICK);
  assert.ok(event.pending());
  clock.advance(4);
  assert.is(calls, 0);
  clock.advance(1);
  assert.is(calls, 1);
  assert.not(event.pending());
  for (let i = 0; i < 600; i++) {
    event(QUICK);
    clock.advance(1);
  }
  assert.is(calls, 3, "every 250 ms");
  event(QUICK);
  event.cancel();
  clock.advance(1_000);
  assert.is(calls, 3);
});

test("the slowest event of a burst sets its pace", () => {
  const clock = fakeClock();
  let calls = 0;
  const event = debounce(() => calls++, clock);
  event({ quiet: 300, max: 10_000 });
  for (let i = 0; i < 10; i++) {
    event(QUICK);
    clock.advance(20);
  }
  assert.is(calls, 0, "quick events do not end a slow burst");
  clock.advance(100);
  assert.is(calls, 1);
  event(QUICK);
  clock.advance(5);
  assert.is(calls, 2, "the next burst has its own pace");
});

test.run();
