// @ts-check
// The packages with code in dist/: the files that they are in, the packages that they use, and their licenses.
import { readdirSync, readFileSync } from "node:fs";

/**
 * What a bundler reports, in the form of esbuild: the modules, what each imports, and how much of each is in an output.
 * @typedef {{
 *   inputs: Record<string, { imports: { path: string }[] }>,
 *   outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>,
 * }} Metafile
 */
/** @typedef {{ file: string, inputs: readonly string[] }} Part a file in dist/ and the files whose code is in it */
/**
 * A package: whether our own code imports it, and the folders of the packages that it imports.
 * @typedef {{
 *   name: string, version: string, license: string, description?: string, folder: string, isDirect: boolean, uses: string[]
 * }} Package
 */

/** The core's runtime and the library that it is compiled with. No bundler reports them. */
export const COMPILER = "node_modules/assemblyscript";

/**
 * The folder of the package that a file belongs to.
 * @param {string} file
 */
export const folderOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

/** @param {Iterable<string | undefined>} texts @returns {string[]} */
const unique = (texts) => [...new Set(texts)].filter((text) => text !== undefined).sort();

/**
 * The folders of the packages that have code in a part.
 * @param {Part} part
 */
export const foldersIn = ({ inputs }) =>
  unique(inputs.flatMap((file) => (file.endsWith("core.wasm") ? COMPILER : folderOf(file))));

/**
 * The outputs of a build, with the inputs that have code left in each.
 * @param {Metafile} metafile
 * @returns {Part[]}
 */
export function partsOf({ outputs }) {
  return Object.entries(outputs).map(([file, { inputs }]) => ({
    file: file.replace(/^dist\//, ""),
    inputs: Object.keys(inputs).filter((input) => (inputs[input]?.bytesInOutput ?? 0) > 0),
  }));
}

/**
 * The packages with code in the parts, each once, by name, and the packages that each imports.
 * @param {readonly Part[]} parts
 * @param {readonly Metafile[]} metafiles
 * @returns {Package[]}
 */
export function packagesOf(parts, metafiles) {
  const folders = unique(parts.flatMap(foldersIn));
  const imports = metafiles.flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { imports }]) =>
      imports.map(({ path }) => [folderOf(file), folderOf(path)]),
    ),
  );
  return folders.map((folder) => {
    const { name, version, license, description } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const used = imports.flatMap(([from, to]) => (from === folder && to !== folder ? to : undefined));
    const uses = unique(used).filter((one) => folders.includes(one));
    const isDirect = folder === COMPILER || imports.some(([from, to]) => from === undefined && to === folder);
    return { name, version, license, description, folder, isDirect, uses };
  });
}

/**
 * The licenses and notices of the packages, in full.
 * @param {readonly Package[]} packages
 */
export function licensesOf(packages) {
  const texts = packages.map(
    ({ name, version, license, folder }) => `${name} ${version} (${license})\n\n${licenseOf(folder)}\n`,
  );
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * A package may come from a repository with several packages and one license file.
 * @param {string} folder
 */
function licenseOf(folder) {
  const texts = licenseTexts(folder);
  if (texts.length > 0) return texts.join("\n\n");
  if (repositoryOf(folder) === repositoryOf(COMPILER)) return licenseTexts(COMPILER).join("\n\n");
  throw new Error(`${folder} has no license text`);
}

/** @param {string} folder */
const licenseTexts = (folder) =>
  readdirSync(folder)
    .filter((entry) => /^(licen[cs]e|notice|copying)\b/i.test(entry))
    .map((entry) => readFileSync(`${folder}/${entry}`, "utf8").trim());

/** @param {string} folder */
const repositoryOf = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, "utf8")).repository?.url;
