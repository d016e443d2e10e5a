// Threads on Deno. kernel/follow.test.ts tests on both runtimes, with the running agent, that they do their work.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const DENO = resolve("node_modules/.bin/deno");
const THREAD = resolve("src/host/thread.ts");

/** Runs a module on Deno that has `startThread`; returns its output on both streams. */
function onDeno(permissions: readonly string[], module: string): string {
  const folder = mkdtempSync(`${tmpdir()}/masq-thread-`);
  try {
    writeFileSync(`${folder}/module.mjs`, `import { startThread } from ${JSON.stringify(THREAD)};\n${module}`);
    const args = ["run", "--no-lock", "--no-prompt", ...permissions, `${folder}/module.mjs`];
    const { stdout, stderr } = spawnSync(DENO, args, { encoding: "utf8" });
    return `${stdout}${stderr}`.trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// A node:worker_threads worker would block the thread that starts it ten times as long.
test("a thread on Deno is a web worker", () => {
  const printed = onDeno(
    ["--allow-read"],
    `const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(program, { type, name }) {
        super(program, { type, name });
        console.log(program.pathname, type, name);
      }
    };
    (await startThread("some-name", () => {}, console.error)).end();`,
  );
  assert.is(printed, `${THREAD} module some-name`);
});

test("a thread that may not read the program is refused, and Deno prints nothing about it", () => {
  const start = 'await startThread("some-name", () => {}, () => {}).catch(({ message }) => console.log(message));';
  assert.match(onDeno([], start), /^Requires read access to .*$/);
});

test.run();
