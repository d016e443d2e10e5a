import { test } from "uvu";
import * as assert from "uvu/assert";
import { createLookPace } from "../../src/agent/look-pace.ts";
import { fakeClock } from "../fake-clock.ts";

test("twenty reads follow at once, then one every two seconds", () => {
  const clock = fakeClock();
  const pace = createLookPace(clock);
  const take = (count: number) => Array.from({ length: count }, pace);
  assert.equal(take(20), Array(20).fill(10));
  assert.equal(take(3), [2_000, 4_000, 6_000]);
  clock.advance(6_000);
  assert.equal(take(1), [2_000]);
  clock.advance(60_000);
  assert.equal(take(21), [...Array(20).fill(10), 2_000]);
});

test.run();
