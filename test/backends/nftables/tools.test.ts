import { test } from "uvu";
import * as assert from "uvu/assert";
import { isLess } from "../../../src/backends/nftables/tools.ts";

test("versions are compared number by number", () => {
  for (const [version, isOlder] of [
    ["1.0.0", true],
    ["1.0.1", false],
    ["0.9.9", true],
    ["1.1", false],
    ["1.0.10", false],
    ["1.0", true],
  ] as const) {
    assert.is(isLess(version, [1, 0, 1]), isOlder, version);
  }
});

test.run();
