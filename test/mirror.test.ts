// The folders of test/ that have the name of a folder of src/ mirror it: each test has a source of its name.
import { existsSync, readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** The tests below a folder of src/ without a source of their name, in paths relative to test/ and src/. */
function findStrays(tests: readonly string[], exists: (source: string) => boolean): readonly string[] {
  return tests.filter((file) => {
    const [folder = ""] = file.split("/");
    if (folder === file || !exists(folder)) return false;
    const name = file.replace(/\.test\.ts$/, "");
    return !exists(`${name}.ts`) && !exists(`${name}.tsx`);
  });
}

test("a test without a source of its name is found", () => {
  const SOURCES = [
    "config",
    "config/list.ts",
    "preview",
    "preview/map.tsx",
    "backends",
    "backends/x",
    "backends/x/diff.ts",
  ];
  const cases: readonly (readonly [file: string, isStray: boolean])[] = [
    ["config/list.test.ts", false],
    ["preview/map.test.ts", false],
    ["backends/x/diff.test.ts", false],
    // These cross folders.
    ["docs.test.ts", false],
    ["kernel/run.test.ts", false],
    // Not in their source's folder, and of no source.
    ["backends/diff.test.ts", true],
    ["backends/x.test.ts", true],
    ["config/other.test.ts", true],
  ];
  for (const [file, isStray] of cases) {
    assert.equal(
      findStrays([file], (path) => SOURCES.includes(path)),
      isStray ? [file] : [],
    );
  }
});

test("each test below a folder of src/ has a source of its name", () => {
  const tests = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
  assert.ok(tests.length > 100);
  assert.equal(
    findStrays(tests, (path) => existsSync(`src/${path}`)),
    [],
    "move or rename each to match its source, or move it out of the folder if it tests more",
  );
});

test.run();
