import { test } from "uvu";
import * as assert from "uvu/assert";
import { readObserved, UnreadableDumpError } from "../../../src/backends/iptables/index.ts";

test("text that is not a dump is refused", () => {
  const read = (text: string) => () => readObserved(new TextEncoder().encode(text), "OURS");
  assert.throws(
    read("nonsense\n"),
    (error: Error) => error instanceof UnreadableDumpError && /nonsense/.test(error.message),
  );
  assert.throws(read("*nat\n:OURS - [0:0]\n"), (error: Error) => error instanceof UnreadableDumpError);
});

test.run();
