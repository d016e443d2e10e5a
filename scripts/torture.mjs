// @ts-check
// npm run torture: builds the bundle and torture/main.ts, and runs it with the given arguments.
import { spawnSync } from "node:child_process";
import { ensureModules, whyNoKernel } from "./setup.mjs";
import { bundleTests } from "./test-bundle.mjs";

ensureModules();
const missing = whyNoKernel();
if (missing) {
  console.error(`the torture needs network namespaces and real rules, which are not available here: ${missing}`);
  process.exit(1);
}
await import("./build.mjs");
await bundleTests(["torture/main.ts"], "build/torture", "torture");
const { status } = spawnSync(
  process.execPath,
  ["--enable-source-maps", "build/torture/main.mjs", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exitCode = status ?? 1;
