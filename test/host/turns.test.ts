import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCooperatively } from "../../src/host/index.ts";

/** Works until `isDone`, one millisecond per step. */
function* workUntil(isDone: () => boolean): Generator<void, string, void> {
  while (!isDone()) {
    for (const end = performance.now() + 1; performance.now() < end; );
    yield;
  }
  return "done";
}

test("other work gets its turn during long work", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  // It would never end if timers did not run in between.
  assert.is(await runCooperatively(workUntil(() => turns >= 3)), "done");
  clearInterval(timer);
});

test("a request, which takes several rounds of the event loop, waits for one turn of work", async () => {
  let answered = false;
  let turns = 0;
  const request = async () => {
    for (let round = 0; round < 3; round++) await new Promise((resolve) => setTimeout(resolve, 1));
    answered = true;
  };
  void request();
  const work = function* (): Generator<void, void, void> {
    for (; !answered; turns++) {
      // Longer than a turn, so that each step is a turn.
      for (const end = performance.now() + 12; performance.now() < end; );
      yield;
    }
  };
  await runCooperatively(work());
  assert.ok(turns <= 2, `${turns} turns`);
});

test("short work is done at once", () => {
  let done = false;
  void runCooperatively(
    (function* () {
      yield;
      yield;
      done = true;
    })(),
  );
  assert.ok(done);
});

test("an error in a step is thrown", async () => {
  const steps = (function* (): Generator<void, never, void> {
    yield;
    throw new Error("in a step");
  })();
  await runCooperatively(steps).then(assert.unreachable, ({ message }) => assert.is(message, "in a step"));
});

test.run();
