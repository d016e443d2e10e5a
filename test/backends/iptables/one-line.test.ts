import { test } from "uvu";
import * as assert from "uvu/assert";
import { onOneLine } from "../../../src/backends/iptables/index.ts";

test("control characters are shown, not printed", () => {
  assert.is(onOneLine("a\nb\tc\u001b[31m é"), "a\\nb\\x09c\\x1b[31m é");
});

test.run();
