// Sources that do not compile: the compiler's message and an exit code, without a stack.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";

const folder = mkdtempSync(`${tmpdir()}/masq-compiled-`);
test.after(() => rmSync(folder, { recursive: true }));
writeFileSync(`${folder}/bad.ts`, "const x = ;\n");

const IMPORTS = `import { bundleTests } from "./scripts/test-bundle.mjs";
import { CompileError, compiled } from "./scripts/compiled.mjs";
`;
const CASES: readonly (readonly [work: string, exit: number, stderr: RegExp])[] = [
  ["() => 7", 0, /^$/],
  ['() => { throw new CompileError("printed by the compiler"); }', 1, /^$/],
  [
    `() => bundleTests(["${folder}/bad.ts"], "${folder}/out", "${folder}")`,
    1,
    /^✘ \[ERROR\] Unexpected ";"\n(?!.* at )/s,
  ],
  ['() => { throw new TypeError("a defect"); }', 1, /TypeError: a defect\n {4}at /],
];

test("a failed compilation ends the process without a stack; a defect has one", () => {
  for (const [work, exit, expected] of CASES) {
    const script = `${IMPORTS}await compiled(async () => (${work})());`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    assert.is(status, exit, `${work}\n${stderr}`);
    assert.match(stderr, expected, work);
  }
});

test.run();
