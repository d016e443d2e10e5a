import { test } from "uvu";
import * as assert from "uvu/assert";
import { withTimeLimit } from "../../src/agent/time-limit.ts";

test("one query at a time, whose result is shared", async () => {
  let asked = 0;
  const ask = withTimeLimit(10_000, async () => {
    await new Promise((done) => setTimeout(done, 20));
    return ++asked;
  });
  assert.equal(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
  assert.is(await ask(), 2);
});

test("a late result, and none at all", async () => {
  let answer = (_: number) => {};
  const late = withTimeLimit(10, () => new Promise<number>((resolve) => (answer = resolve)));
  assert.is(await late(), undefined);
  const meanwhile = late();
  answer(7);
  assert.is(await meanwhile, 7, "the question that was under way is answered for who came later");
  const failing = withTimeLimit(10_000, () => Promise.reject(new Error("no")));
  assert.is(await failing(), undefined);
});

test.run();
