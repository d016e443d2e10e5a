// @ts-check
// Bundles only the used part of jsonc-parser.
import { resolve } from "node:path";

/**
 * Leaves out jsonc-parser's formatter and editor. Its package.json does not say that these files have no side effects except to fill
 * tables when they are loaded, so esbuild would keep them, and every start would fill the tables: 1.4 ms.
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
