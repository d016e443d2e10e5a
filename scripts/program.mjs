// @ts-check
// Bundles the program: one file, in parts that are compiled only when they are first used.
import { relative, resolve } from "node:path";
import { rolldown } from "rolldown";
import { BUNDLE } from "./bundle.mjs";
import { coreSource } from "./wasm.mjs";

/** The part that runs first. */
const MAIN = "./main.js";

/** Where a part finds the URL of the file that it is in. */
const URL_NAME = "programUrl";

/**
 * What the file runs after its table of parts: it loads the first one. Before V8 runs a file, it finds the end of every function in it,
 * which would take longer than most commands do. Of a part that is a string, it only finds the end of the string.
 */
const LOADER = `const builtin = createRequire(import.meta.url);
const loaded = new Map();
function load(name) {
  const part = parts[name];
  if (part === undefined) return builtin(name);
  const known = loaded.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const run = compileFunction(part, ["exports", "require", "module", "${URL_NAME}"], { filename: name });
  run(module.exports, load, module, import.meta.url);
  return module.exports;
}
load("${MAIN}");
`;

/**
 * Bundles the program.
 * @param {string} banner the first lines of the file
 * @returns {Promise<{ text: string, metafile: import("./packages.mjs").Metafile }>}
 */
export async function bundleProgram(banner) {
  /** @type {import("./packages.mjs").Metafile["inputs"]} */
  const inputs = {};
  const bundle = await rolldown({
    input: { main: "src/cli/main.ts" },
    platform: "neutral",
    resolve: { mainFields: [...BUNDLE.mainFields] },
    transform: { target: BUNDLE.target, define: { "import.meta.url": URL_NAME } },
    treeshake: {
      // What package.json does not say. Of jsonc-parser only the parser is used; the other files fill tables, in 1.4 ms. Of yaml, lists of
      // CIDRs need only the counter of lines, which then becomes a part without the parser.
      moduleSideEffects: [{ test: /\/(jsonc-parser\/.*\/(edit|format)|yaml\/.*)\.js$/, sideEffects: false }],
    },
    plugins: [
      {
        name: "program",
        resolveId: (id) => {
          const alias = BUNDLE.alias[/** @type {keyof typeof BUNDLE.alias} */ (id)];
          if (alias !== undefined) return resolve(alias);
          return id.startsWith("node:") ? { id, external: true } : undefined;
        },
        load: (id) => (id.endsWith(".wasm") ? { code: coreSource(id), moduleType: "js" } : undefined),
        moduleParsed: ({ id, importedIds, dynamicallyImportedIds }) => {
          const imports = [...importedIds, ...dynamicallyImportedIds].map((path) => ({ path: nameOf(path) }));
          inputs[nameOf(id)] = { imports };
        },
      },
    ],
  });
  const { output } = await bundle.generate({
    format: "cjs",
    dynamicImportInCjs: false,
    minify: true,
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: ({ facadeModuleId, moduleIds }) => `${partNameOf(facadeModuleId ?? moduleIds.at(-1) ?? "")}.js`,
  });
  await bundle.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const parts = chunks.map(({ fileName, code }) => `  "./${fileName}": ${literalOf(`"use strict";${code}`)},\n`);
  const head = `import { createRequire } from "node:module";\nimport { compileFunction } from "node:vm";\n`;
  const modules = chunks.flatMap(({ modules }) => Object.entries(modules));
  const used = modules.map(([id, { renderedLength }]) => [nameOf(id), { bytesInOutput: renderedLength }]);
  return {
    text: `${banner}\n${head}const parts = {\n${parts.join("")}};\n${LOADER}`,
    metafile: { inputs, outputs: { "ip-masq-agent.mjs": { inputs: Object.fromEntries(used) } } },
  };
}

/** The name of a part after one of its modules, as stack traces show it. @param {string} id */
const partNameOf = (id) =>
  nameOf(id)
    .replace(/^(\0|src\/)|\.\w+$/g, "")
    .replaceAll("/", "-");

/** The name of a module as esbuild reports it: its path from here. @param {string} id */
const nameOf = (id) => (id.startsWith("/") ? relative(".", id) : id);

/**
 * JavaScript as a string literal in ASCII, so that V8 stores it with one byte per character. Minified code has few single quotes.
 * Escapes are part of the code: strings, templates and regular expressions may contain them.
 * @param {string} code
 */
function literalOf(code) {
  const ascii = code.trimEnd().replace(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `'${ascii.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
}
