import { test } from "uvu";
import * as assert from "uvu/assert";
import { readWords } from "../../../src/backends/iptables/index.ts";

test("the arguments of a rule's text", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["-d 10.0.0.0/8 -j X", ["-d", "10.0.0.0/8", "-j", "X"]],
    ['-m comment --comment "two words" -j X', ["-m", "comment", "--comment", "two words", "-j", "X"]],
    ['--comment "two\nlines"', ["--comment", "two\nlines"]],
    ['--comment "a \\"quote\\" and \\\\" -j X', ["--comment", 'a "quote" and \\', "-j", "X"]],
    ['--comment "" -j X', ["--comment", "", "-j", "X"]],
  ];
  for (const [spec, words] of cases) assert.equal(readWords(spec), words, spec);
});

test.run();
