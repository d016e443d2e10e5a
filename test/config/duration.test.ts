import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatDuration, parseDuration } from "../../src/config/index.ts";
import { durationVectors } from "../fixtures.ts";

test("durations are parsed and printed exactly as in Go", () => {
  for (const vector of durationVectors()) {
    const got = parseDuration(vector.in);
    assert.is(got.ok, vector.ok, vector.in);
    if (!got.ok || !vector.ok) continue;
    assert.is(String(got.ns), vector.ns, vector.in);
    assert.is(formatDuration(got.ns), vector.canonical, vector.in);
  }
});

test("what is wrong with an invalid duration", () => {
  const cases: [string, string][] = [
    ["", "syntax"],
    [".s", "syntax"],
    ["60", "no-unit"],
    ["1d", "bad-unit"],
    ["60 s", "bad-unit"],
    ["1constructor", "bad-unit"],
    ["9999999h", "range"],
  ];
  for (const [text, problem] of cases) assert.is((parseDuration(text) as { problem: string }).problem, problem, text);
});

test.run();
