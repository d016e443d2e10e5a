import { test } from "uvu";
import * as assert from "uvu/assert";
import { printable, printableJson } from "../../src/config/index.ts";

test("control characters are replaced, and all other text stays", () => {
  const controls = "\0\u0007\b\v\f\r\u001b\u001f\u007f\u0080\u009b\u009f\u200e\u2028\u2029\u202a\u202e\u2066\u2069";
  assert.is(printable(controls), "\ufffd".repeat(controls.length));
  const text = "\t\n ~\u00a0ü\u200d\u2010\u{1f680}\ufffd";
  assert.is(printable(text), text);
});

test("JSON keeps its meaning", () => {
  const value = { "a\u009b": ["\u001b\u007f\u202e\\u0000", "ü\n"] };
  const json = printableJson(JSON.stringify(value, undefined, 2));
  assert.equal(JSON.parse(json), value);
  assert.is(printable(json), json);
});

test.run();
