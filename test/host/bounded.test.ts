// How much of a tool's output is kept, and where tools are looked up.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { collectEnds, collectUpTo, excerpt } from "../../src/host/bounded.ts";
import { searchPath } from "../../src/host/search-path.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (all: Uint8Array) => new TextDecoder().decode(all);

test("everything up to a limit is kept, and nothing beyond it", () => {
  const collector = collectUpTo(4);
  assert.ok(collector.add(bytes("ab")));
  assert.ok(collector.add(bytes("cd")));
  assert.is(text(collector.bytes()), "abcd");
  assert.not(collector.add(bytes("e")));
  assert.is(collector.bytes().length, 0);
});

const STREAM = "0123456789abcdefghijklmnopqrstuvwxyz";

test("both ends of a stream are kept, however it is split", () => {
  for (let length = 0; length <= STREAM.length; length++) {
    const stream = STREAM.slice(0, length);
    const gap = length > 10 ? `\n… ${length - 10} bytes omitted …\n` : "";
    const expected = length > 10 ? stream.slice(0, 5) + gap + stream.slice(-5) : stream;
    for (let size = 1; size <= length + 1; size++) {
      const collector = collectEnds(5, 1000);
      for (let at = 0; at < length; at += size) collector.add(bytes(stream.slice(at, at + size)));
      assert.is(text(collector.bytes()), expected, `${length} bytes in pieces of ${size}`);
    }
  }
});

test("a stream whose ends are kept has a limit too", () => {
  const collector = collectEnds(1, 3);
  assert.ok(collector.add(bytes("abc")));
  assert.not(collector.add(bytes("d")));
});

test("a message quotes the first and the last lines, and truncates very long lines", () => {
  assert.is(excerpt("one\ntwo"), "one\ntwo");
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
  const quoted = excerpt(lines.join("\n")).split("\n");
  assert.equal(quoted, [...lines.slice(0, 10), "… 980 lines omitted …", ...lines.slice(-10)]);
  assert.is(excerpt("x".repeat(100_000)).length, 501);
});

test("only absolute folders in PATH count", () => {
  assert.equal(searchPath("bin:/opt/bin::.:../x:/usr/bin").slice(0, 2), ["/opt/bin", "/usr/bin"]);
  assert.ok(searchPath("").every((folder) => folder.startsWith("/")));
});

test.run();
