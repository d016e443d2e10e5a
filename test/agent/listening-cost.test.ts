import { test } from "uvu";
import * as assert from "uvu/assert";
import { createCostJudge } from "../../src/agent/listening-cost.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const MIB = 1 << 20;

test("memory is judged at once: 192 MiB, or half of the container's limit", () => {
  for (const [container, resident, expected] of [
    [NO_LIMIT, 192, undefined],
    [NO_LIMIT, 193, /takes 193 MiB, more than 192$/],
    [128, 64, undefined],
    [128, 65, /takes 65 MiB, more than 64$/],
  ] as const) {
    const why = createCostJudge(container * MIB)({ cpu: 0, resident: resident * MIB }, 0);
    if (expected) assert.match(why ?? "", expected);
    else assert.is(why, undefined);
  }
});

/** The last verdict on samples one second apart, each with this much processor time. */
function judged(spent: readonly number[], judge = createCostJudge(NO_LIMIT)): string | undefined {
  let cpu = 0;
  const said = spent.map((seconds, i) => {
    cpu += seconds;
    return judge({ cpu, resident: MIB }, i * 1_000);
  });
  return said.at(-1);
}

test("processor time is judged over five seconds", () => {
  assert.is(judged(Array(60).fill(0.2)), undefined);
  assert.match(judged(Array(6).fill(0.3)) ?? "", /takes 30 % of a processor, more than 20 %/);
  assert.is(judged(Array(5).fill(0.9)), undefined, "not yet");
  assert.is(judged([0, 0, 0, 0, 0, 0.9]), undefined, "a short burst");
  assert.ok(judged([...Array(100).fill(0), ...Array(5).fill(0.3)]), "after a long quiet time");
});

test("a gap between samples hides nothing that follows it", () => {
  const judge = createCostJudge(NO_LIMIT);
  assert.is(judge({ cpu: 0, resident: MIB }, 0), undefined);
  const said = [0, 1, 2, 3, 4, 5].map((second) =>
    judge({ cpu: 1 + second * 0.5, resident: MIB }, 3_600_000 + second * 1_000),
  );
  assert.equal(
    said.map((why) => why !== undefined),
    [false, false, false, false, false, true],
  );
});

test.run();
