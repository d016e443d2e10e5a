// @ts-check
// The package's library: the pure rooms as modules that share what they have in common, and their types.
import { execFileSync } from "node:child_process";
import { build } from "esbuild";
import { BUNDLE } from "./bundle.mjs";

/** The rooms that run anywhere. */
const ROOMS = ["core", "config", "policy", "dialect"];

/** Writes dist/lib and dist/types; answers what went into dist/lib. */
export async function buildLibrary() {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: Object.fromEntries(ROOMS.map((room) => [room, `src/${room}/index.ts`])),
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
  return metafile;
}
