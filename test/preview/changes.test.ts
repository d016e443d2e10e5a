import { test } from "uvu";
import * as assert from "uvu/assert";
import { changedBlocks } from "../../src/preview/changes.ts";
import { policyOf } from "./evaluated.ts";

test("adjacent blocks that change in the same way are merged", () => {
  const cases: [before: string, after: string, expected: string[]][] = [
    ["[]", "[]", []],
    ["[10.0.0.0/9, 10.128.0.0/9]", "[]", ["10.0.0.0/8 kept"]],
    ["[]", "[10.0.0.0/8, 10.1.0.0/16]", ["10.0.0.0/8 masqueraded"]],
    ["[10.0.0.0/8]", "[10.0.0.0/9]", ["10.128.0.0/9 kept"]],
    ["[10.0.0.0/24, 10.0.2.0/23, 10.0.1.0/24, 9.0.0.1/32]", "[]", ["10.0.0.0/22 kept", "9.0.0.1 kept"]],
    ["[10.0.0.0/24, 10.0.1.0/25]", "[]", ["10.0.0.0-10.0.1.127 kept"]],
  ];
  for (const [before, after, expected] of cases) {
    const [old, now] = [before, after].map((list) => policyOf(`nonMasqueradeCIDRs: ${list}\n`)[0]);
    if (!old || !now) return assert.unreachable();
    const blocks = changedBlocks(old, now).map(
      ({ name, before: { kind } }) => `${name} ${kind === "keep" ? "kept" : "masqueraded"}`,
    );
    assert.equal(blocks, expected, `${before} to ${after}`);
  }
});

test.run();
