// @ts-check
// The part of yaml that is used.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

/** The tags of the schema `failsafe`, which is the one that configs are read with. */
const FAILSAFE = `
  import { map } from "./common/map.js";
  import { seq } from "./common/seq.js";
  import { string } from "./common/string.js";
  export const getTags = () => [map, seq, string];
  export const coreKnownTags = {};
`;

/**
 * Leaves out what yaml writes documents with, and the tags of other schemas: a twelfth of the bundle, which would be parsed
 * at every start.
 * @type {import("esbuild").Plugin}
 */
export const readOnlyYaml = {
  name: "read-only-yaml",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/yaml\/browser\/dist\/schema\/tags\.js$/ }, ({ path }) => {
      return { contents: FAILSAFE, resolveDir: dirname(path) };
    });
    onLoad({ filter: /\/yaml\/browser\/dist\/stringify\/\w+\.js$/ }, ({ path }) => {
      const [, names = ""] = /^export \{ (.*) \};$/m.exec(readFileSync(path, "utf8")) ?? [];
      const exports = names.split(", ").map((name) => `export { unused as ${name} };`);
      return { contents: `function unused() { throw new Error("nothing writes YAML"); }\n${exports.join("\n")}` };
    });
  },
};
