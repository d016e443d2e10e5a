// @ts-check
// Embeds the compiled core in the bundle.
import { readFileSync } from "node:fs";

/**
 * Embeds `.wasm` files for Node and Deno, which decode base64 natively. esbuild's own loader adds a decoder in JavaScript that
 * runs anywhere, and that V8 optimizes while it runs: 4 ms of CPU time at every start.
 * @type {import("esbuild").Plugin}
 */
export const nativeWasm = {
  name: "native-wasm",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({
      contents: `export default new Uint8Array(Buffer.from("${readFileSync(path, "base64")}", "base64"));`,
    }));
  },
};
