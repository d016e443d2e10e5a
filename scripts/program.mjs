// @ts-check
// Bundles the program: one file, in parts that are compiled only when they are first used. Rolldown divides the program by what each module
// uses; esbuild, which bundles everything else, would make an index.ts bring all that it exports into every part.
import { isAbsolute, relative, resolve } from "node:path";
import { transform } from "esbuild";
import { rolldown } from "rolldown";
import { BUNDLE } from "./bundle.mjs";
import { coreSource } from "./wasm.mjs";

/** The part that runs first. */
const MAIN = "./main.js";

/** Where a part finds the URL of the file that it is in. */
const URL_NAME = "programUrl";

/**
 * What the file runs after its table of parts: it loads the first one. Before V8 runs a file, it finds the end of every function in it,
 * which took about 20 ms. Of a part that is a string, it only finds the end of the string.
 */
const LOADER = `const builtin = createRequire(import.meta.url);
const loaded = new Map();
function load(name) {
  const part = parts[name];
  if (part === undefined) return builtin(name);
  const known = loaded.get(name);
  if (known) return known.exports;
  const run = compileFunction(part, ["exports", "require", "module", "${URL_NAME}"], { filename: name });
  const module = { exports: {} };
  // Before it runs, because parts may require each other.
  loaded.set(name, module);
  try {
    run(module.exports, load, module, import.meta.url);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
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
      // What package.json does not say: of jsonc-parser only the parser is used (jsonc.mjs), and of yaml, lists of CIDRs need only the
      // counter of lines, which becomes a part without the parser.
      moduleSideEffects: [
        { test: /\/node_modules\/(jsonc-parser\/.*\/(edit|format)|yaml\/.*)\.js$/, sideEffects: false },
      ],
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
  const parts = await Promise.all(
    chunks.map(async ({ fileName, code }) => `  "./${fileName}": ${await literalOf(fileName, code)},\n`),
  );
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
    .replace(/^(\0|src\/|(\.\.\/)+)|\.\w+$/g, "")
    .replaceAll("/", "-");

/** The name of a module in the metafile: its path from here. @param {string} id */
const nameOf = (id) => (isAbsolute(id) ? relative(".", id) : id);

/**
 * A part as a string literal in ASCII, so that V8 stores it with one byte per character. Minified code has few single quotes.
 * @param {string} name
 * @param {string} code
 */
async function literalOf(name, code) {
  const ascii = code.trimEnd().replace(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if ((await printed(ascii)) !== (await printed(code))) {
    throw new Error(`part ${name} would differ in ASCII: write \\u in regular expressions and in templates with a tag`);
  }
  return `'${`"use strict";${ascii}`.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
}

/** JavaScript as esbuild prints it: texts with the same meaning give the same text. @param {string} code */
const printed = async (code) => (await transform(code, { charset: "ascii" })).code;
