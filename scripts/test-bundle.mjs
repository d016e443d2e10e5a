// @ts-check
// Bundles tests so that Node can run them.
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BUNDLE } from "./bundle.mjs";

/**
 * Bundles TypeScript tests for Node. Scripts that read files next to themselves are imported from their own folder.
 * @param {string[]} entryPoints
 * @param {string} outdir
 * @param {string} outbase the folder that output paths are relative to
 */
export async function bundleTests(entryPoints, outdir, outbase) {
  const { build } = await import("esbuild");
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints,
    outdir,
    outbase,
    outExtension: { ".js": ".mjs" },
    ...BUNDLE,
    packages: "external",
    sourcemap: "inline",
    sourcesContent: false,
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
