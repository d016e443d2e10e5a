// @ts-check
// npm run torture: builds the bundle and torture/main.ts, and runs it with the given arguments. --help needs no build and no root.
import { spawnSync } from "node:child_process";
import { ensureModules, whyNoKernel } from "./setup.mjs";
import { bundleTests } from "./test-bundle.mjs";

const isHelp = process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h");

ensureModules();
const missing = isHelp ? undefined : whyNoKernel();
if (missing) {
  console.error(`the torture needs network namespaces and real rules, which are not available here: ${missing}`);
  process.exit(1);
}
if (!isHelp) await import("./build.mjs");
// Asking for help must not remove the files of a torture that is running.
const folder = isHelp ? "build/torture-help" : "build/torture";
await bundleTests(["torture/main.ts"], folder, "torture");
const { status } = spawnSync(
  process.execPath,
  ["--enable-source-maps", `${folder}/main.mjs`, ...process.argv.slice(2)],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
