// @ts-check
// Builds the package's library: the browser-compatible entry points as modules that share their common code, and their types.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { BUNDLE } from "./bundle.mjs";
import { ENTRY_POINTS } from "./entry-points.mjs";

/** Writes dist/lib and dist/types; returns the inputs of dist/lib. */
export async function buildLibrary() {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: Object.fromEntries(Object.entries(ENTRY_POINTS).map(([name, file]) => [name, `src/${file}`])),
    outdir: "dist/lib",
    outExtension: { ".js": ".mjs" },
    chunkNames: "shared-[hash]",
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
  });
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.library.json"], {
    stdio: "inherit",
  });
  removeUnreached("dist/types");
  return metafile;
}

/**
 * Removes the types that no entry point leads to: nothing can import them, and they refer to packages that are not installed.
 * @param {string} folder
 */
function removeUnreached(folder) {
  const reached = new Set(Object.values(ENTRY_POINTS).map((file) => join(folder, file.replace(/\.ts$/, ".d.ts"))));
  for (const file of reached) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.ts"/g)) {
      reached.add(`${join(dirname(file), path)}.d.ts`);
    }
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}
