// @ts-check
// Settings for turning TypeScript into one file that runs anywhere, shared by the build and the bench.
import { withoutFormatter } from "./jsonc.mjs";

/** @satisfies {import("esbuild").BuildOptions} */
export const BUNDLE = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  external: ["node:*"],
  alias: { util: "./scripts/node-util.mjs", "node:process": "./scripts/node-process.mjs" },
  target: ["es2022"],
  loader: { ".wasm": "binary" },
  plugins: [withoutFormatter],
  logLevel: "warning",
};
