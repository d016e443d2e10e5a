import { test } from "uvu";
import * as assert from "uvu/assert";
import { countInSteps, eachInSteps, finish, PIECE, type Steps } from "../../src/core/index.ts";

test("finish runs all steps and returns the result", () => {
  const seen: number[] = [];
  function* sum(): Steps<number> {
    yield* countInSteps(3 * PIECE, (i) => seen.push(i));
    return seen.length;
  }
  assert.is(finish(sum()), 3 * PIECE);
  assert.equal(
    seen,
    Array.from({ length: 3 * PIECE }, (_, i) => i),
  );
});

test("a long list is visited in pieces, and a short one at once", () => {
  for (const [length, pauses] of [
    [0, 0],
    [1, 0],
    [PIECE, 0],
    [PIECE + 1, 1],
    [10 * PIECE, 9],
  ] as const) {
    let visited = 0;
    const list = Array.from({ length }, (_, i) => i);
    const steps = eachInSteps(list, (entry, index) => {
      assert.is(entry, index);
      visited++;
    });
    let paused = 0;
    for (let before = 0; !steps.next().done; before = visited) {
      paused++;
      assert.is(visited - before, PIECE);
    }
    assert.is(paused, pauses, `${length} entries`);
    assert.is(visited, length);
  }
});

test.run();
