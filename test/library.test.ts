// The examples in docs/library.md do what the page says.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as core from "../src/core/index.ts";

const PAGE = readFileSync("docs/library.md", "utf8");
const BLOCKS = [...PAGE.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);

/** A line is a statement, or an expression and its result. */
function runnable(code: string): string {
  const lines = code.trim().split("\n");
  const body = lines.map((line) => line.replace(/^(.*?); \/\/ (.*)$/, "check(($1), ($2), `$1`);"));
  return body.join("\n");
}

for (const code of BLOCKS) {
  test(code.split("\n")[0] ?? "", () => {
    let checked = 0;
    const check = (actual: unknown, expected: unknown, what: string) => {
      checked++;
      assert.equal(actual, expected, what);
    };
    // The page is our own, so its code can be run as a reader would run it.
    const run = new Function(...Object.keys(core), "check", `"use strict";\n${runnable(code)}`);
    run(...Object.values(core), check);
    assert.ok(checked > 0);
  });
}

test("every declaration is whole, and refers to no internal base class", () => {
  const shown = [...PAGE.matchAll(/^```typescript\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code.trim());
  assert.ok(shown.length > 50);
  for (const code of shown) {
    assert.match(code, code.startsWith("interface ") || code.startsWith("class ") ? /\}$/ : /;$/);
    const [, base = "Error"] = /^class \w+ extends (\w+)/.exec(code) ?? [];
    assert.ok(base === "Error" || base in core, code);
  }
});

test("each function on texts has an example, and each export has an entry", () => {
  for (const name of ["contains", "overlaps", "merge", "subtract", "PrefixTable", "parsePrefixes", "buildTable"]) {
    const [, section = ""] = new RegExp(`^### ${name}\n([\\s\\S]*?)(?=^##|(?![\\s\\S]))`, "m").exec(PAGE) ?? [];
    assert.match(section, /^```ts$/m, name);
  }
  for (const name of Object.keys(core)) assert.match(PAGE, new RegExp(`^### ${name}$`, "m"));
});

test.run();
