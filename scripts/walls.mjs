// @ts-check
// npm run walls [FOLDER]: the walls between the rooms (docs/architecture.md). Lists every breach and fails on any.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/**
 * Which rooms a room may import besides itself, through their door, index.ts; which packages; and whether it runs in a
 * browser as it is, so that nothing of Node or Deno has a place in it.
 * @type {Readonly<Record<string, { rooms: readonly string[], packages?: readonly string[], pure?: boolean }>>}
 */
const ROOMS = {
  core: { rooms: [], packages: ["@assemblyscript/loader"], pure: true },
  config: { rooms: ["core"], packages: ["yaml", "valibot", "fastest-levenshtein"], pure: true },
  policy: { rooms: ["config", "core"], pure: true },
  dialect: { rooms: ["policy", "core"], packages: ["jsonc-parser"], pure: true },
  kernel: { rooms: ["dialect"] },
  agent: { rooms: ["config", "policy", "kernel"], packages: ["prom-client"] },
  cli: { rooms: ["core", "config", "policy", "dialect", "kernel", "agent"], packages: ["picocolors"] },
  preview: {
    rooms: ["core", "config", "policy", "dialect"],
    packages: ["preact", "@preact/signals", "@codemirror", "@lezer/highlight", "worker-source"],
    pure: true,
  },
};

/** Modules that start a process. */
const PROCESSES = /^(node:)?(child_process|cluster)$/;

/** The module that starts threads: the agent parses large configs in one. */
const THREADS = /^(node:)?worker_threads$/;

/** Globals of a runtime; in a pure room they are not even named. */
const RUNTIME = /(?<![.\w$])(?:process|Deno|Buffer|globalThis|require|__dirname)(?![\w$]|\s*:)/;

/** What touches WASM and its memory. */
const WASM = /\bWebAssembly\b|\.memory\b/;

/**
 * The text with comments blanked, and with strings blanked too where `strings` says so. Line numbers stay.
 * @param {string} text
 * @param {boolean} strings
 */
function blank(text, strings) {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (match) => {
    const isComment = match.startsWith("/");
    // What stands in a template's ${…} is code.
    if (match.startsWith("`") && match.includes("${")) return match;
    return isComment || strings ? match.replace(/[^\n]/g, " ") : match;
  });
}

/**
 * Every module that a text names, statically or not, by any kind of quotes.
 * @param {string} text
 */
function importsOf(text) {
  return [...blank(text, false).matchAll(/(?<!["'`])\b(?:from|import|require)\s*\(?\s*(["'`])([^"'`]+)\1/g)].map(
    (match) => ({
      path: match[2] ?? "",
      line: text.slice(0, match.index).split("\n").length,
    }),
  );
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
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

  for (const file of filesOf(join(root, "src"))) {
    const where = `src/${file}`;
    const name = file.split("/")[0] ?? "";
    const room = ROOMS[name];
    /** @param {number} line @param {string} what */
    const breach = (line, what) => breaches.push(`${where}:${line}: ${name} ${what}`);
    if (!room) {
      breach(1, "is no room");
      continue;
    }
    if (file.endsWith(".d.ts")) continue;
    if (name === "preview" && /\/page\.(html|css)$/.test(file)) continue;
    if (!/\.tsx?$/.test(file)) {
      breach(1, "holds TypeScript only");
      continue;
    }
    const text = readFileSync(join(root, where), "utf8");
    for (const [i, line] of blank(text, true).split("\n").entries()) {
      if (room.pure && RUNTIME.test(line)) breach(i + 1, "uses a global of Node or Deno");
      if (name !== "core" && WASM.test(line)) breach(i + 1, "uses WASM");
      if (name !== "kernel" && /\bDeno\.Command\b/.test(line)) breach(i + 1, "starts a process");
    }
    const edges = [];
    for (const { path, line } of importsOf(text)) {
      if (path.startsWith("node:")) {
        if (room.pure) breach(line, `uses a node: module, ${path}`);
        if (PROCESSES.test(path) && name !== "kernel") breach(line, `starts a process, by ${path}`);
        if (THREADS.test(path) && name !== "agent") breach(line, `starts a thread, by ${path}`);
        continue;
      }
      const target = normalize(join(dirname(file), path));
      if (!path.startsWith(".")) {
        const known = room.packages?.some((one) => path === one || path.startsWith(`${one}/`));
        if (!known) breach(line, `may not import the package ${path}`);
      } else if (target === "../dist/core.wasm" && name === "core") {
      } else if (target === "../package.json" && name === "cli") {
      } else if (target.startsWith("..")) {
        breach(line, `may not import what is outside of src/, ${path}`);
      } else {
        edges.push(target);
        const other = target.split("/")[0] ?? "";
        if (other !== name && !room.rooms.includes(other)) breach(line, `may not import ${other}`);
        else if (other !== name && target !== `${other}/index.ts`)
          breach(line, `enters ${other} by ${target}, not its index.ts`);
      }
    }
    graph.set(file, edges);
  }

  for (const file of filesOf(join(root, "assembly")).filter((name) => name.endsWith(".ts"))) {
    const edges = [];
    for (const { path, line } of importsOf(readFileSync(join(root, "assembly", file), "utf8"))) {
      const target = normalize(join(dirname(file), path));
      if (path.startsWith(".") && !target.startsWith("..")) edges.push(`assembly/${target}.ts`);
      else breaches.push(`assembly/${file}:${line}: assembly may not import ${path}`);
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
  console.log(breaches.length === 0 ? "the walls stand" : `breaches: ${breaches.length}`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
