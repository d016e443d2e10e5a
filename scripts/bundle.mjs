// @ts-check
// How TypeScript becomes one file that runs anywhere: what the build and the bench have in common.
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
