// The check of the boundaries finds breaches. `npm run boundaries` runs it on the source.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findBreaches } from "../scripts/boundaries.mjs";

/** The line that marks a file as browser-compatible. */
const BROWSER = "// This module is browser-compatible.\n";

/** A file that crosses a boundary, and the message about it. */
const BREACHES: [string, string, RegExp][] = [
  ["src/config/x.ts", 'import { apply } from "../backends/index.ts";', /config may not import backends/],
  ["src/host/x.ts", 'import type { Config } from "../config/index.ts";', /host may not import config/],
  ["src/agent/x.ts", 'export * from "../cli/main.ts";', /agent may not import cli/],
  ["src/agent/x.ts", 'export * from "../../bench/cpu.mjs";', /agent may not import what is outside of src/],
  [
    "src/cli/x.ts",
    'import { shared } from "../core/instance.ts";',
    /core\/instance\.ts, which is not the entry point core\/index\.ts/,
  ],
  [
    "src/cli/x.ts",
    'import "../backends/iptables/nft.ts";',
    /which is not the entry point backends\/iptables\/index\.ts/,
  ],
  [
    "src/backends/iptables/x.ts",
    'import "../windows-cni/diff.ts";',
    /iptables may not import another backend, windows-cni/,
  ],
  ["src/cli/x.ts", 'const { spawn } = await import("node:child_process");', /cli starts a process/],
  ["src/cli/x.ts", "const { spawn } = await import(`node:child_process`);", /cli starts a process/],
  ["src/backends/iptables/x.ts", 'import { spawn } from "node:child_process";', /iptables starts a process/],
  [
    "src/backends/windows-cni/x.ts",
    'import { readFileSync } from "node:fs";',
    /windows-cni imports node:fs; a backend gets its effects from host/,
  ],
  ["src/agent/x.ts", 'import { createServer } from "node:http";', /agent opens sockets/],
  ["src/cli/x.ts", 'import { Worker } from "node:worker_threads";', /cli starts a thread/],
  ["src/cli/x.ts", "new Worker(url);", /cli starts a thread/],
  ["src/agent/x.ts", "import { spawn } from 'child_process';", /agent may not import the package child_process/],
  ["src/policy/x.ts", `${BROWSER}import { readFileSync } from "node:fs";`, /policy uses a node: module/],
  ["src/policy/x.ts", 'import { readFileSync } from "fs";', /policy may not import the package fs/],
  ["src/policy/x.ts", `${BROWSER}import { readFileSync } from 'node:fs';`, /policy uses a node: module/],
  ["src/config/x.ts", `${BROWSER}const a = "/*"; import "node:fs"; const b = "*/";`, /config uses a node: module/],
  ["src/backends/iptables/x.ts", `${BROWSER}export const x = process.env.X;`, /iptables uses a global of Node or Deno/],
  ["src/backends/iptables/x.ts", `${BROWSER}const { env } = process;`, /iptables uses a global of Node or Deno/],
  ["src/policy/x.ts", `${BROWSER}export const x = globalThis.process?.env;`, /policy uses a global of Node or Deno/],
  ["src/policy/x.ts", `${BROWSER}export const x = \`\${process.pid}\`;`, /policy uses a global of Node or Deno/],
  ["src/config/x.ts", `${BROWSER}export const x = Deno.cwd();`, /config uses a global of Node or Deno/],
  ["src/preview/x.ts", "export const x = process.pid;", /preview uses a global of Node or Deno/],
  [
    "src/backends/x.ts",
    `${BROWSER}export * from "./iptables/tools.ts";`,
    /imports backends\/iptables\/tools\.ts, which is not browser/,
  ],
  [
    "src/preview/x.ts",
    'export * from "../backends/index.ts";',
    /preview imports backends\/index\.ts, which is not browser/,
  ],
  ["src/policy/index.ts", 'export * from "./policy.ts";', /an entry point of the library is not browser-compatible/],
  ["src/policy/x.ts", "export const m = new WebAssembly.Memory({ initial: 1 });", /policy uses WASM/],
  ["src/cli/x.ts", "export const m = (x: any) => new Uint8Array(x.memory.buffer);", /cli uses WASM/],
  ["src/cli/x.ts", "export const m = (x: any) => new x.Deno.Command('ls');", /cli starts a process/],
  ["src/cli/x.mjs", "export {};", /cli may contain only TypeScript/],
  ["src/helpers/x.ts", "export {};", /helpers is not a known module/],
  ["assembly/x.ts", 'import { y } from "../src/core/index";', /assembly may not import/],
  ["src/core/prefix.ts", 'import "./table.ts"; import "./instance.ts"; export * from "./index.ts";', /import cycle/],
];

for (const [file, text, message] of BREACHES) {
  test(`a breach is found: ${file}: ${text.replace(BROWSER, "")}`, () => {
    const breaches = findBreaches(".", { [file]: `${text}\n` });
    assert.ok(
      breaches.some((breach) => message.test(breach)),
      breaches.join("\n"),
    );
  });
}

test("the command lists breaches and fails", () => {
  mkdirSync("build", { recursive: true });
  const root = mkdtempSync("build/boundaries-");
  try {
    // Links, which are faster than copies.
    spawnSync("cp", ["--recursive", "--link", "src", "assembly", root]);
    writeFileSync(`${root}/src/policy/breach.ts`, 'import "../backends/index.ts";\n');
    const { status, stderr } = spawnSync(process.execPath, ["scripts/boundaries.mjs", root], { encoding: "utf8" });
    assert.equal([status, stderr], [1, "src/policy/breach.ts:1: policy may not import backends\n"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.run();
