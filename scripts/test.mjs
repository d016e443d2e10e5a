// @ts-check
// npm test [PART…]: runs every test/**/*.test.ts, or those whose path contains a PART. Installs and builds only what they need.
// npm test -- --unit [PART…]: of these, only the files that need no root, kernel, browser, container, extra tool or build.
// Ends with `N passed, N failed`. In CI a skipped test is a failure.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { compiled } from "./compiled.mjs";
import { ensureCore } from "./core.mjs";
import { whyNoManifests } from "./manifests.mjs";
import {
  ensureModules,
  whyNoBrowser,
  whyNoDocTools,
  whyNoImage,
  whyNoKernel,
  whyNoManual,
  whyNoShells,
} from "./setup.mjs";
import { bundleTests } from "./test-bundle.mjs";

const isUnitRun = process.argv.includes("--unit");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--unit");
const found = readdirSync("test", { recursive: true })
  .map((name) => `test/${name}`)
  .filter((file) => file.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .filter((file) => !isUnitRun || mayBeUnit(file));

/**
 * Whether a file does not import a module that starts programs or a browser. Its bundle shows indirect imports.
 * @param {string} file
 */
function mayBeUnit(file) {
  return !/^test\/(kernel|image)\//.test(file) && !/\/(harness|browser)\.ts"/.test(readFileSync(file, "utf8"));
}

if (found.length === 0) {
  const unit = isUnitRun ? " of the unit tests" : "";
  console.error(`no test file${unit} has a path that contains ${wanted.join(" or ")}`);
  process.exit(1);
}

ensureModules();
// Tests of modules take the core from dist/; tests of the build's output name that output.
await compiled(ensureCore);
await compiled(() => bundleTests(found, "build/test", "test"));
/** @param {string} file */
const bundleOf = (file) =>
  readFileSync(`build/${file.replace(/ts$/, "mjs")}`, "utf8").replace(/^\/\/# source.*$/gm, "");

/** Matches tests that bundle or compile, which takes seconds. */
const BUNDLES = /\bfrom "esbuild"/;
/** Matches tests of the build's output. */
const BUILD = /\bdist\/(?!core\.wasm)|\bdeploy\/chart|\bnpm\b/;
/** What some tests need, by the variable that holds the reason why they are skipped without it. */
const NEEDS = {
  NO_KERNEL: whyNoKernel,
  NO_BROWSER: whyNoBrowser,
  NO_IMAGE: () => whyNoKernel() ?? whyNoImage(),
  NO_MANIFESTS: whyNoManifests,
  NO_SHELLS: whyNoShells,
  NO_MANUAL: whyNoManual,
  NO_DOC_TOOLS: whyNoDocTools,
};
/** @param {string} name */
const reads = (name) => new RegExp(`process\\.env\\.${name}\\b`);
/** @param {string} file */
const isUnit = (file) => {
  const text = bundleOf(file);
  return !BUILD.test(text) && !BUNDLES.test(text) && !Object.keys(NEEDS).some((name) => reads(name).test(text));
};
const files = isUnitRun ? found.filter(isUnit) : found;

const texts = files.map(bundleOf);
/** @type {Record<string, string | undefined>} */
const SKIPS = {};
for (const [name, why] of Object.entries(NEEDS)) {
  // Only what these tests need is installed.
  if (texts.some((text) => reads(name).test(text))) SKIPS[name] = why();
  if (SKIPS[name]) console.log(`tests are skipped, ${name}: ${SKIPS[name]}`);
}
if (texts.some((text) => BUILD.test(text))) await compiled(() => import("./build.mjs"));

/** How many processes run at once. */
const LANES = Math.min(availableParallelism(), 4);
// Starting a process takes as long as many unit tests, and shared modules are compiled once in each.
const totals = await runBatches(batchesOf(files, isUnitRun ? Math.ceil(files.length / LANES) : 1));

for (const { files } of totals.filter(({ isSilent }) => isSilent))
  console.log(`a file ran no test: ${files.join(", ")}`);
/** @param {(totals: Totals) => number} figure */
const sum = (figure) => totals.reduce((before, each) => before + figure(each), 0);
const passed = sum((each) => each.passed);
const skipped = sum((each) => each.skipped);
const failed =
  sum((each) => each.total - each.passed) +
  totals.filter(({ isSilent }) => isSilent).length +
  totals.filter(({ exit, total, passed }) => exit !== 0 && total > 0 && total === passed).length;
const skips = skipped > 0 ? `, ${skipped} skipped` : "";
if (process.env.CI && skipped > 0) console.log("no test may be skipped in CI");
else if (skipped > 0 && Object.values(SKIPS).every((why) => !why))
  console.log("skipped tests take seconds and run in CI");
console.log(`${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || totals.length === 0 || (process.env.CI && skipped > 0) ? 1 : 0;

/**
 * What the tests of some files came to. `isSilent`: the tests of a file did not run, because test.run() is missing or the process
 * ended too early; such a file must not pass for one without tests.
 * @typedef {{ files: readonly string[], total: number, passed: number, skipped: number, isSilent: boolean, exit: number | null }} Totals
 */

/**
 * The files in groups of `size`, with those first that take longest: on the kernel, in the browser and in sandboxes.
 * @param {readonly string[]} files
 * @param {number} size
 */
function batchesOf(files, size) {
  const isSlow = (/** @type {string} */ file) => /^test\/(kernel|image|preview|page|docs)\//.test(file);
  const ordered = [...files.filter(isSlow), ...files.filter((file) => !isSlow(file))];
  const count = Math.ceil(ordered.length / size);
  // Every nth file, so that long tests of one folder do not share a process.
  return Array.from({ length: count }, (_, i) => ordered.filter((_, j) => j % count === i));
}

/**
 * Runs each batch in its own process.
 * @param {readonly (readonly string[])[]} batches
 * @returns {Promise<Totals[]>}
 */
async function runBatches(batches) {
  const waiting = [...batches];
  /** @type {Totals[]} */
  const ran = [];
  const lane = async () => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) ran.push(await runBatch(batch));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ran;
}

/**
 * Runs the tests of some files, and shows what they print when they end.
 * @param {readonly string[]} files
 * @returns {Promise<Totals>}
 */
function runBatch(files) {
  const bundles = files.map((file) => `build/${file.replace(/ts$/, "mjs")}`);
  const child = spawn(process.execPath, ["--enable-source-maps", "scripts/run-tests.mjs", ...bundles], {
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
      // biome-ignore lint/suspicious/noControlCharactersInRegex: uvu colours its output
      const plain = output.replace(/\u001b\[\d+m/g, "");
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      console.log(`${plain.replace(/\n+ {2}Total: [\s\S]*?Duration:.*\n+/, "\n")}(${seconds} s)\n`);
      /** @param {string} name */
      const figure = (name) => Number(new RegExp(`^\\s+${name}:\\s+(\\d+)`, "m").exec(plain)?.[1] ?? 0);
      const [total, skipped] = [figure("Total"), figure("Skipped")];
      const suites = plain.match(/ {2}\(\d+ \/ \d+\)$/gm)?.length ?? 0;
      const isSilent = total + skipped === 0 || suites < files.length;
      done({ files, total, passed: figure("Passed"), skipped, isSilent, exit });
    });
  });
}
