import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findBreaches } from "../scripts/walls.mjs";

test("the walls stand", () => assert.equal(findBreaches("."), []));

/** A file that breaks a wall, and what is said of it. */
const BREACHES: [string, string, RegExp][] = [
  ["src/config/x.ts", 'import { apply } from "../kernel/index.ts";', /config may not import kernel/],
  ["src/kernel/x.ts", 'import type { Config } from "../config/index.ts";', /kernel may not import config/],
  ["src/agent/x.ts", 'export * from "../cli/main.ts";', /agent may not import cli/],
  ["src/agent/x.ts", 'export * from "../../bench/cpu.mjs";', /agent may not import what is outside of src/],
  ["src/cli/x.ts", 'import { shared } from "../core/instance.ts";', /cli enters core by core\/instance\.ts/],
  ["src/cli/x.ts", 'const { spawn } = await import("node:child_process");', /cli starts a process/],
  ["src/cli/x.ts", "const { spawn } = await import(`node:child_process`);", /cli starts a process/],
  ["src/cli/x.ts", 'import { Worker } from "node:worker_threads";', /cli starts a thread/],
  ["src/agent/x.ts", "import { spawn } from 'child_process';", /agent may not import the package child_process/],
  ["src/policy/x.ts", 'import { readFileSync } from "node:fs";', /policy uses a node: module/],
  ["src/policy/x.ts", 'import { readFileSync } from "fs";', /policy may not import the package fs/],
  ["src/policy/x.ts", "import { readFileSync } from 'node:fs';", /policy uses a node: module/],
  ["src/config/x.ts", 'const a = "/*"; import "node:fs"; const b = "*/";', /config uses a node: module/],
  ["src/dialect/x.ts", "export const x = process.env.X;", /dialect uses a global of Node or Deno/],
  ["src/dialect/x.ts", "const { env } = process;", /dialect uses a global of Node or Deno/],
  ["src/dialect/x.ts", "export const x = globalThis.process?.env;", /dialect uses a global of Node or Deno/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template
  ["src/dialect/x.ts", "export const x = `${process.pid}`;", /dialect uses a global of Node or Deno/],
  ["src/config/x.ts", "export const x = Deno.cwd();", /config uses a global of Node or Deno/],
  ["src/dialect/x.ts", "export const m = new WebAssembly.Memory({ initial: 1 });", /dialect uses WASM/],
  ["src/cli/x.ts", "export const m = (x: any) => new Uint8Array(x.memory.buffer);", /cli uses WASM/],
  ["src/cli/x.ts", "export const m = (x: any) => new x.Deno.Command('ls');", /cli starts a process/],
  ["src/cli/x.mjs", "export {};", /cli holds TypeScript only/],
  ["src/helpers/x.ts", "export {};", /helpers is no room/],
  ["assembly/x.ts", 'import { y } from "../src/core/index";', /assembly may not import/],
  ["src/core/prefix.ts", 'import "./table.ts"; import "./instance.ts"; export * from "./index.ts";', /import cycle/],
];

for (const [file, text, message] of BREACHES) {
  test(`a breach is found: ${file}: ${text}`, () => {
    const root = mkdtempSync(`${tmpdir()}/masq-walls-`);
    try {
      for (const folder of ["src", "assembly"]) cpSync(folder, `${root}/${folder}`, { recursive: true });
      mkdirSync(dirname(`${root}/${file}`), { recursive: true });
      writeFileSync(`${root}/${file}`, `${text}\n`);
      const breaches = findBreaches(root);
      assert.ok(
        breaches.some((breach) => message.test(breach)),
        breaches.join("\n"),
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

test.run();
