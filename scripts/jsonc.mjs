// @ts-check
// The part of jsonc-parser that is used.
import { resolve } from "node:path";

/**
 * Leaves out what jsonc-parser formats and edits with. Its package.json does not say that these files do nothing but fill
 * tables when they are loaded; so esbuild would keep them, and every start would fill the tables: 1.4 ms.
 * @type {import("esbuild").Plugin}
 */
export const withoutFormatter = {
  name: "without-formatter",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/impl\/(edit|format)$/ }, ({ path, resolveDir }) =>
      resolveDir.endsWith("/jsonc-parser/lib/esm")
        ? { path: resolve(resolveDir, `${path}.js`), sideEffects: false }
        : undefined,
    );
  },
};
