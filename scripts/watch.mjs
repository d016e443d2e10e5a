// @ts-check
// npm run watch [-- PART…]: runs `npm test PART…` now and after each change to a source or a test.
import { spawn } from "node:child_process";
import { watch } from "node:fs";

/** Milliseconds without changes before a run: editors write several files, or one file in several steps. */
const QUIET_MS = 200;

const parts = process.argv.slice(2);
/** @type {import("node:child_process").ChildProcess | undefined} */
let running;
let isDue = false;
/** @type {NodeJS.Timeout | undefined} */
let timer;

function test() {
  if (running) {
    isDue = true;
    return;
  }
  isDue = false;
  running = spawn(process.execPath, ["scripts/test.mjs", ...parts], { stdio: "inherit" });
  running.on("close", () => {
    running = undefined;
    console.log(`\nwaiting for a change in assembly, src or test (${parts.join(" ") || "all tests"})`);
    if (isDue) test();
  });
}

for (const folder of ["assembly", "src", "test"]) {
  watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(test, QUIET_MS);
  });
}
test();
