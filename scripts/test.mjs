// @ts-check
// npm test: sets up what is missing, builds, and runs every test/**/*.test.ts, or those whose path contains an argument.
// Ends with `N passed, N failed`. In CI a skipped test is a failure.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BUNDLE } from "./bundle.mjs";
import { whyNoManifests } from "./manifests.mjs";
import { ensureModules, whyNoBrowser, whyNoImage, whyNoKernel, whyNoManual, whyNoShells } from "./setup.mjs";

ensureModules();
const noKernel = whyNoKernel();
/** Why tests of a kind are skipped, by the variable that tells them so. */
const SKIPS = {
  NO_KERNEL: noKernel,
  NO_BROWSER: whyNoBrowser(),
  NO_IMAGE: noKernel ?? whyNoImage(),
  NO_MANIFESTS: whyNoManifests(),
  NO_SHELLS: whyNoShells(),
  NO_MANUAL: whyNoManual(),
};
for (const [name, why] of Object.entries(SKIPS)) if (why) console.log(`tests are skipped, ${name}: ${why}`);
await import("./build.mjs");

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((name) => `test/${name}`)
  .filter((file) => file.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((part) => file.includes(part))));
await bundle(files, "build/test");
const { total, passed, skipped, exit, silent } = await runTests("build/test");

// A file whose tests do not run (no test.run(), or it ends too early) must not pass for one that has none.
for (const file of silent) console.log(`${file} ran no test`);
const failed = total - passed + silent.length + (exit !== 0 && total === passed ? 1 : 0);
const skips = skipped > 0 ? `, ${skipped} skipped` : "";
if (process.env.CI && skipped > 0) console.log("no test may be skipped in CI");
console.log(`${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || total === 0 || (process.env.CI && skipped > 0) ? 1 : 0;

/**
 * Bundles TypeScript tests so that Node runs them. Scripts that find files beside themselves stay where they are.
 * @param {string[]} entryPoints
 * @param {string} outdir
 */
async function bundle(entryPoints, outdir) {
  const { build } = await import("esbuild");
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints,
    outdir,
    outbase: "test",
    outExtension: { ".js": ".mjs" },
    ...BUNDLE,
    packages: "external",
    sourcemap: "inline",
    plugins: [
      {
        name: "scripts-stay",
        setup: ({ onResolve }) => {
          onResolve({ filter: /\/(demo|bench|scripts)\/.*\.mjs$/ }, ({ resolveDir, path }) => {
            return { path: pathToFileURL(resolve(resolveDir, path)).href, external: true };
          });
        },
      },
    ],
  });
}

/**
 * Runs uvu over a folder, shows what it prints, and answers its totals.
 * @param {string} folder
 * @returns {Promise<{ total: number, passed: number, skipped: number, exit: number | null, silent: string[] }>}
 */
function runTests(folder) {
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(SKIPS).map(([name, why]) => [name, why ?? ""])),
    NODE_OPTIONS: "--enable-source-maps",
  };
  const child = spawn(process.execPath, ["node_modules/uvu/bin.js", folder, "\\.test\\.mjs$"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
    process.stdout.write(data);
  });
  return new Promise((done) => {
    child.on("close", (exit) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: uvu colours its totals
      const plain = output.replace(/\u001b\[\d+m/g, "");
      /** @param {string} name */
      const figure = (name) => Number(new RegExp(`^\\s+${name}:\\s+(\\d+)`, "m").exec(plain)?.[1] ?? 0);
      // uvu heads each file's tests with its name, and closes them with `(passed / total)`.
      const ran = new Map(
        [...plain.matchAll(/^(\S+\.test\.mjs)\n([\s\S]*?)\((\d+) \/ (\d+)\)/gm)].map((match) => [
          match[1],
          Number(match[4]),
        ]),
      );
      const silent = files.filter((file) => {
        const name = file.slice("test/".length).replace(/ts$/, "mjs");
        return !ran.get(name) && !(Object.values(SKIPS).some(Boolean) && skippedOnly(file));
      });
      done({ silent, total: figure("Total"), passed: figure("Passed"), skipped: figure("Skipped"), exit });
    });
  });
}

/**
 * Are all tests of a file of a kind that can be skipped? Where they are uvu does not name the file.
 * @param {string} file
 */
function skippedOnly(file) {
  return !/^ *test\(/m.test(readFileSync(file, "utf8"));
}
