// The example changes in CONTRIBUTING.md apply to the source, compile, and do what the page says.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";

const { BUNDLE } = await import(pathToFileURL(resolve("scripts/bundle.mjs")).href);
const TREE = "build/contributing";

const lines = (hunk: string, signs: string) =>
  hunk
    .split("\n")
    .filter((line) => line !== "" && signs.includes(line.charAt(0)))
    .map((line) => line.slice(1))
    .join("\n");

/** Applies one file's part of a diff: new text, or hunks whose old lines are found by their text alone. */
function apply(sign: string, file: string, body: string): void {
  const path = `${TREE}/${file}`;
  if (sign === "+++") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines(body, "+")}\n`);
    return;
  }
  let text = readFileSync(path, "utf8");
  for (const hunk of body.split(/^@@$/m)) {
    const old = lines(hunk, " -");
    assert.is(text.split(old).length, 2, `${file} has this once: ${old}`);
    text = text.replace(old, () => lines(hunk, " +"));
  }
  writeFileSync(path, text);
}

test("each example change applies, and all of them together compile and work", async () => {
  rmSync(TREE, { recursive: true, force: true });
  for (const path of ["src", "package.json", "tsconfig.json"]) cpSync(path, `${TREE}/${path}`, { recursive: true });
  mkdirSync(`${TREE}/dist`);
  cpSync("dist/core.wasm", `${TREE}/dist/core.wasm`);
  symlinkSync(resolve("node_modules"), `${TREE}/node_modules`);
  const diffs = [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/^```diff\n([\s\S]*?)^```$/gm)];
  assert.is(diffs.length, 5, "a flag, a key, a check, a metric, a backend");
  for (const [, diff = ""] of diffs) {
    for (const [, sign = "", file = "", body = ""] of diff.matchAll(
      /^(---|\+\+\+) (\S+)\n([\s\S]*?)(?=^(?:---|\+\+\+) |$(?![\s\S]))/gm,
    )) {
      apply(sign, file, body);
    }
  }
  const types = ["node_modules/typescript/bin/tsc", "--noEmit", "--project", `${TREE}/tsconfig.json`];
  execFileSync(process.execPath, types, { encoding: "utf8", stdio: "pipe" });

  await build({ ...BUNDLE, entryPoints: [`${TREE}/src/cli/main.ts`], outfile: `${TREE}/agent.mjs` });
  const agent = (...args: string[]) =>
    execFileSync(process.execPath, [`${TREE}/agent.mjs`, ...args], {
      encoding: "utf8",
      input: "nonMasqueradeCIDRs: [10.0.0.0/8]\nowner: team-network\n",
      stdio: ["pipe", "pipe", "pipe"],
    });
  assert.match(agent("check", "--help"), /--quiet +print problems only/);
  assert.match(agent("check", "--quiet", "--strict", "-"), "valid: 1 CIDR");
  assert.match(agent("render", "--to=paper", "--config=-"), "10.0.0.0/8: keep\n");
  assert.match(agent("doctor", "--help"), "paper");
});

test.run();
