import { test } from "uvu";
import * as assert from "uvu/assert";
import { readKey } from "../../src/netfilter/nft-keys.ts";

test("uninterpreted matches are named as nft prints them", () => {
  const cases: readonly (readonly [left: unknown, name: string])[] = [
    [{ payload: { base: "ih", offset: 0, len: 8 } }, "@ih,0,8"],
    [{ numgen: { mode: "random", mod: 2 } }, "numgen"],
  ];
  for (const [left, name] of cases) {
    const key = readKey(left as never, "ipv4");
    assert.is(key.kind === "unknown" && key.name, name);
  }
});

test.run();
