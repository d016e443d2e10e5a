// @ts-check
// npm test [PART…]: runs every test/**/*.test.ts, or those whose path contains a PART. Installs and builds what they need, and no more.
// Ends with `N passed, N failed`. In CI a skipped test is a failure.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ensureCore } from "./core.mjs";
import { whyNoManifests } from "./manifests.mjs";
import { ensureModules, whyNoBrowser, whyNoImage, whyNoKernel, whyNoManual, whyNoShells } from "./setup.mjs";
import { bundleTests } from "./test-bundle.mjs";

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((name) => `test/${name}`)
  .filter((file) => file.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((part) => file.includes(part))));

ensureModules();
// Tests of modules take the core from dist/; those that look at what the build makes name it.
await ensureCore();
await bundleTests(files, "build/test", "test");
const texts = files.map((file) =>
  readFileSync(`build/${file.replace(/ts$/, "mjs")}`, "utf8").replace(/^\/\/# source.*$/gm, ""),
);
/** @param {RegExp} pattern */
const names = (pattern) => texts.some((text) => pattern.test(text));

/** What some tests need, by the variable that tells them why they are skipped without it. */
const NEEDS = {
  NO_KERNEL: whyNoKernel,
  NO_BROWSER: whyNoBrowser,
  NO_IMAGE: () => whyNoKernel() ?? whyNoImage(),
  NO_MANIFESTS: whyNoManifests,
  NO_SHELLS: whyNoShells,
  NO_MANUAL: whyNoManual,
};
/** @type {Record<string, string | undefined>} */
const SKIPS = {};
for (const [name, why] of Object.entries(NEEDS)) {
  // Only what the tests at hand ask for is looked for, and installed.
  if (names(new RegExp(`process\\.env\\.${name}\\b`))) SKIPS[name] = why();
  if (SKIPS[name]) console.log(`tests are skipped, ${name}: ${SKIPS[name]}`);
}
if (names(/\bdist\/(?!core\.wasm)|\bdeploy\/chart|\bnpm\b/)) await import("./build.mjs");

const totals = await runTests(files);

// A file whose tests do not run (no test.run(), or it ends too early) must not pass for one that has none.
const silent = totals.filter(({ total, skipped }) => total + skipped === 0);
for (const { file } of silent) console.log(`${file} ran no test`);
/** @param {(totals: Totals) => number} figure */
const sum = (figure) => totals.reduce((before, each) => before + figure(each), 0);
const passed = sum((each) => each.passed);
const skipped = sum((each) => each.skipped);
const failed =
  sum((each) => each.total - each.passed) +
  silent.length +
  totals.filter(({ exit, total, passed }) => exit !== 0 && total > 0 && total === passed).length;
const skips = skipped > 0 ? `, ${skipped} skipped` : "";
if (process.env.CI && skipped > 0) console.log("no test may be skipped in CI");
console.log(`${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || totals.length === 0 || (process.env.CI && skipped > 0) ? 1 : 0;

/** @typedef {{ file: string, total: number, passed: number, skipped: number, exit: number | null }} Totals */

/**
 * Runs each file in a process of its own, as many at once as there are processors, but four at most. Those that take
 * longest, on the kernel and in the browser, start first. What a file prints is shown when it ends.
 * @param {readonly string[]} files
 * @returns {Promise<Totals[]>}
 */
async function runTests(files) {
  const isSlow = (/** @type {string} */ file) => /^test\/(kernel|image|preview)\//.test(file);
  const waiting = [...files.filter(isSlow), ...files.filter((file) => !isSlow(file))];
  /** @type {Totals[]} */
  const ran = [];
  const lane = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) ran.push(await runFile(file));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));
  return ran;
}

/**
 * @param {string} file
 * @returns {Promise<Totals>}
 */
function runFile(file) {
  const script = `build/${file.replace(/ts$/, "mjs")}`;
  const child = spawn(process.execPath, ["--enable-source-maps", script], {
    env: { ...process.env, ...Object.fromEntries(Object.entries(SKIPS).map(([name, why]) => [name, why ?? ""])) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const begin = performance.now();
  let output = "";
  const add = (/** @type {Buffer} */ data) => {
    output += data;
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  return new Promise((done) => {
    child.on("close", (exit) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: uvu colours what it prints
      const plain = output.replace(/\u001b\[\d+m/g, "");
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      console.log(`${file} (${seconds} s)\n${plain.replace(/\n+ {2}Total: [\s\S]*?Duration:.*\n+/, "\n")}`);
      /** @param {string} name */
      const figure = (name) => Number(new RegExp(`^\\s+${name}:\\s+(\\d+)`, "m").exec(plain)?.[1] ?? 0);
      done({ file, total: figure("Total"), passed: figure("Passed"), skipped: figure("Skipped"), exit });
    });
  });
}
