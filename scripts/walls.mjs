// @ts-check
// npm run walls [FOLDER]: the walls between the rooms (docs/architecture.md). Lists every breach and fails on any.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Which rooms a room may import, besides itself. A room is entered by its door only: index.ts. */
const MAY_IMPORT = {
  core: [],
  config: ["core"],
  policy: ["config", "core"],
  dialect: ["policy", "core"],
  kernel: ["dialect"],
  agent: ["config", "policy", "kernel"],
  cli: ["core", "config", "policy", "dialect", "kernel", "agent"],
  preview: ["core", "config", "policy", "dialect"],
};
/** @typedef {keyof typeof MAY_IMPORT} Room */

/** Rooms that run in a browser as they are. */
const PURE = new Set(["core", "config", "policy", "dialect", "preview"]);

/** @type {{ what: string, pattern: RegExp, allowed: (room: string) => boolean }[]} */
const WORDS = [
  {
    what: "a Node or Deno global",
    pattern: /(?<![.\w])(?:process|Deno|Buffer|__dirname|require)\b(?=[.([])/,
    allowed: (room) => !PURE.has(room),
  },
  { what: "a node: module", pattern: /\bfrom "node:|\bimport\(?\s*"node:/, allowed: (room) => !PURE.has(room) },
  {
    what: "a way to start a process",
    pattern: /"(?:node:)?child_process"|\bDeno\.Command\b|"(?:node:)?(?:cluster|worker_threads)"/,
    allowed: (room) => room === "kernel",
  },
  {
    what: "WASM memory",
    pattern: /\bWebAssembly\b|\.wasm"|assemblyscript\/loader/,
    allowed: (room) => room === "core",
  },
];

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
    .sort();
}

/** @param {string} text */
const withoutComments = (text) =>
  text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " ")).replace(/(^|\s)\/\/.*$/gm, "$1");

/** @param {string} text */
function importsOf(text) {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => ({
    path: match[1] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/**
 * Every breach below `root`, as `file:line: what`.
 * @param {string} root the folder that holds src/ and assembly/
 */
export function findBreaches(root) {
  /** @type {string[]} */
  const breaches = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();

  for (const file of sources(join(root, "src"))) {
    const room = file.split("/")[0] ?? "";
    const where = `src/${file}`;
    const text = withoutComments(readFileSync(join(root, where), "utf8"));
    if (!Object.hasOwn(MAY_IMPORT, room)) breaches.push(`${where}:1: ${room} is no room`);
    for (const { what, pattern, allowed } of WORDS) {
      const lines = text.split("\n");
      for (const [i, line] of lines.entries()) {
        if (pattern.test(line) && !allowed(room)) breaches.push(`${where}:${i + 1}: ${room} uses ${what}`);
      }
    }
    const edges = [];
    for (const { path, line } of importsOf(text)) {
      if (!path.startsWith(".")) continue;
      const target = normalize(join(dirname(file), path));
      if (target.startsWith("..")) continue;
      edges.push(target);
      const other = target.split("/")[0] ?? "";
      if (other === room) continue;
      const may = MAY_IMPORT[/** @type {Room} */ (room)] ?? [];
      if (!(/** @type {readonly string[]} */ (may).includes(other)))
        breaches.push(`${where}:${line}: ${room} may not import ${other}`);
      else if (target !== `${other}/index.ts`)
        breaches.push(`${where}:${line}: ${other} is entered by its index.ts, not ${target}`);
    }
    graph.set(file, edges);
  }

  for (const file of sources(join(root, "assembly"))) {
    const text = withoutComments(readFileSync(join(root, "assembly", file), "utf8"));
    const edges = [];
    for (const { path, line } of importsOf(text)) {
      const target = normalize(join(dirname(file), path));
      if (!path.startsWith(".") || target.startsWith(".."))
        breaches.push(`assembly/${file}:${line}: assembly may not import ${path}`);
      else edges.push(`assembly/${target}.ts`);
    }
    graph.set(`assembly/${file}`, edges);
  }

  const cycle = findCycle(graph);
  if (cycle) breaches.push(`${cycle[0]}:1: import cycle: ${cycle.join(" -> ")}`);
  return breaches;
}

/**
 * @param {Map<string, string[]>} graph
 * @returns {string[] | undefined}
 */
function findCycle(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /**
   * @param {string} file
   * @param {string[]} path
   * @returns {string[] | undefined}
   */
  const visit = (file, path) => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

if (process.argv[1]?.endsWith("walls.mjs")) {
  const breaches = findBreaches(process.argv[2] ?? ".");
  for (const breach of breaches) console.error(breach);
  console.log(breaches.length === 0 ? "the walls stand" : `${breaches.length} breaches`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
