// The parts of the bundle: a command compiles only those that it uses.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";

const folder = mkdtempSync(`${tmpdir()}/masq-parts-`);
test.after(() => rmSync(folder, { recursive: true }));

const BUNDLE = readFileSync("dist/ip-masq-agent.mjs", "utf8");

/** A line of the bundle's table of parts. */
const PART = /^ {2}"\.\/([\w-]+)\.js": '(.*)',$/gm;

interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** Runs a bundle in which the parts with these names have other code. */
function runWith(parts: RegExp, code: string, ...args: string[]): Ended {
  const file = `${folder}/ip-masq-agent.mjs`;
  const replace = (line: string, name: string) => (parts.test(name) ? `  "./${name}.js": '${code}',` : line);
  writeFileSync(file, BUNDLE.replace(PART, replace));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, text: stdout + stderr };
}

test("a command compiles only the parts that it uses", () => {
  const cases: readonly (readonly [broken: RegExp, args: readonly string[], status: number, text: RegExp])[] = [
    [/^main$/, ["version"], 1, /\.\/main\.js:1\b[\s\S]*SyntaxError/],
    [/yaml|core|policy-policy|doctor|driver|agent|archives/, ["version"], 0, /^ip-masq-agent \d/],
    [/yaml|core|driver|doctor|conntrack/, ["apply", "--config=/nowhere"], 1, /config \/nowhere not found/],
    [/driver|doctor|conntrack|archives|http/, ["explain", "10.1.2.3", "--config=/nowhere"], 1, /nowhere not found/],
    [/yaml/, ["explain", "10.1.2.3", "--discover-agent=false"], 1, /yaml[\w-]*\.js:1\b[\s\S]*SyntaxError/],
  ];
  for (const [broken, args, status, text] of cases) {
    const run = runWith(broken, "broken!", ...args);
    assert.match(run.text, text);
    assert.is(run.status, status, run.text);
  }
});

test("a command that never finishes is not a success", () => {
  const never = "exports.version = () => new Promise(() => {})";
  assert.equal(runWith(/^cli-version$/, never, "version"), { status: 13, text: "" });
});

test("every part is ASCII, and imports nothing, which a part cannot", () => {
  const parts = [...BUNDLE.matchAll(PART)];
  assert.ok(parts.length > 50);
  for (const [, name = "", code = ""] of parts) {
    assert.not.match(code, /[^ -~]/, name);
    assert.not.match(code, /(?<![.\w$])import\(/, name);
  }
});

test.run();
