import { test } from "uvu";
import * as assert from "uvu/assert";
import { diffTexts } from "../../src/preview/diff.ts";

test("a diff contains all lines of both texts", () => {
  const texts = ["", "a", "a\nb\nc", "b", "x\na\nc\nc", "c\nb\na", "a\nb\nc\nd\ne"];
  for (const before of texts) {
    for (const after of texts) {
      const lines = diffTexts(before, after);
      const of = (other: string) =>
        lines
          .filter(({ kind }) => kind !== other)
          .map(({ text }) => text)
          .join("\n");
      assert.is(of("add"), before);
      assert.is(of("remove"), after);
    }
  }
});

test.run();
