// @ts-check
// npm run boundaries [FOLDER]: the boundaries between the modules (docs/architecture.md). Lists every breach and fails on any.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { ENTRY_POINTS } from "./entry-points.mjs";

/**
 * Which modules and packages a module may import. Files in the folder of one backend belong to `backends`, and may import
 * files that all backends share, but no other backend. `browser`: all files of the module must be browser-compatible. `entries`: its
 * entry points, if there is another one besides index.ts: one that a browser cannot load, or the code of a thread.
 * @type {Readonly<Record<string, { modules: readonly string[], packages?: readonly string[], browser?: boolean, entries?: readonly string[] }>>}
 */
const MODULES = {
  errors: { modules: [], browser: true },
  core: { modules: ["errors"], packages: ["@assemblyscript/loader"] },
  config: { modules: ["core", "errors"], packages: ["yaml", "valibot", "fastest-levenshtein"] },
  policy: { modules: ["config", "core"] },
  flows: { modules: ["core"], browser: true },
  archives: { modules: ["core", "config", "flows", "host", "errors"], entries: ["index.ts", "thread.ts"] },
  host: { modules: ["errors"] },
  conntrack: { modules: ["core", "policy", "host", "errors"] },
  netfilter: { modules: ["core", "policy", "host", "errors"], entries: ["index.ts", "read-nat.ts", "brief.ts"] },
  backends: { modules: ["core", "config", "policy", "host", "errors"], packages: ["jsonc-parser"] },
  doctor: { modules: ["core", "config", "policy", "host", "conntrack", "netfilter", "backends", "errors"] },
  agent: {
    modules: ["config", "policy", "backends", "netfilter", "host", "conntrack", "doctor", "errors"],
    packages: ["prom-client"],
    entries: ["index.ts", "config-thread.ts"],
  },
  cli: {
    modules: [
      "core",
      "config",
      "policy",
      "flows",
      "archives",
      "backends",
      "host",
      "conntrack",
      "netfilter",
      "agent",
      "doctor",
      "errors",
    ],
    packages: ["picocolors", "yaml"],
  },
  preview: {
    modules: ["core", "config", "policy", "flows", "netfilter", "backends"],
    packages: ["preact", "@preact/signals", "@codemirror", "@lezer/highlight", "worker-source", "help-source"],
    browser: true,
  },
};

/** The line that marks a file as browser-compatible: the file may import only files with this line. */
const BROWSER = /^\/\/ This module is browser-compatible\.$/m;

/** Modules that start a process. */
const PROCESSES = /^(node:)?(child_process|cluster)$/;

/** Modules that open sockets. */
const SOCKETS = /^(node:)?(net|http|https|http2|tls|dgram)$/;

/** Modules that start threads: the page counts in one. */
const THREADED = ["host", "preview"];
const THREADS = /^(node:)?worker_threads$/;

/** Globals of a runtime; a browser-compatible file does not even mention them. */
const RUNTIME = /(?<![.\w$])(?:process|Deno|Buffer|globalThis|require|__dirname)(?![\w$]|\s*:)/;

/** Code that touches WASM and its memory. */
const WASM = /\bWebAssembly\b|\.memory\b/;

/** Code that starts a process on Deno. */
const COMMAND = /\bDeno\.Command\b/;

/** Code that starts a web worker. */
const WORKER = /\bnew Worker\b/;

/**
 * The text with comments blanked, and also strings if `strings` is set. Line numbers stay the same.
 * @param {string} text
 * @param {boolean} strings
 */
function blank(text, strings) {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (match) => {
    const isComment = match.startsWith("/");
    // The text inside a template's ${…} is code.
    if (match.startsWith("`") && match.includes("${")) return match;
    return isComment || strings ? match.replace(/[^\n]/g, " ") : match;
  });
}

/**
 * Every module that a text imports, statically or dynamically, with any kind of quotes.
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
 * The texts of the files in a folder below `root`, by their path in that folder.
 * @param {string} root
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} added
 */
function textsOf(root, folder, added) {
  const texts = new Map(
    filesOf(join(root, folder)).map((file) => [file, readFileSync(join(root, folder, file), "utf8")]),
  );
  for (const [path, text] of Object.entries(added)) {
    if (path.startsWith(`${folder}/`)) texts.set(path.slice(folder.length + 1), text);
  }
  return texts;
}

/**
 * The module of a file in src/, and the backend whose folder it is in, if any.
 * @param {string} file
 */
function placeOf(file) {
  const [module = "", folder, rest] = file.split("/");
  return { module, backend: module === "backends" && rest !== undefined ? folder : undefined };
}

/**
 * Why one file may not import another; undefined if it may.
 * @param {string} file
 * @param {string} target
 */
function refusalOf(file, target) {
  const from = placeOf(file);
  const to = placeOf(target);
  if (from.module === to.module) {
    const isOther = from.backend !== undefined && to.backend !== undefined && from.backend !== to.backend;
    return isOther ? `may not import another backend, ${to.backend}` : undefined;
  }
  if (!MODULES[from.module]?.modules.includes(to.module)) return `may not import ${to.module}`;
  const entries = (MODULES[to.module]?.entries ?? ["index.ts"]).map((entry) =>
    [to.module, ...(to.backend === undefined ? [] : [to.backend]), entry].join("/"),
  );
  return entries.includes(target)
    ? undefined
    : `imports ${target}, which is not the entry point ${entries.join(" or ")}`;
}

const SUSPICIOUS = [RUNTIME, WASM, COMMAND, WORKER];

/** @type {Map<string, { imports: ReturnType<typeof importsOf>, lines: (readonly [number: number, code: string])[] }>} */
const parsed = new Map();

/**
 * What a text imports, and those lines of its code, without comments and strings, that any pattern matches. Results are reused,
 * because the test checks the same files again and again.
 * @param {string} text
 */
function parse(text) {
  const known = parsed.get(text);
  if (known) return known;
  const lines = blank(text, true)
    .split("\n")
    .map((code, i) => /** @type {const} */ ([i + 1, code]))
    .filter(([, code]) => SUSPICIOUS.some((pattern) => pattern.test(code)));
  const found = { imports: importsOf(text), lines };
  parsed.set(text, found);
  return found;
}

/**
 * Every breach below `root`, as `file:line: what`.
 * @param {string} root the folder that contains src/ and assembly/
 * @param {Readonly<Record<string, string>>} [added] texts that replace or add files, by their path below `root`
 */
export function findBreaches(root, added = {}) {
  /** @type {string[]} */
  const breaches = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  const texts = textsOf(root, "src", added);
  // Generated code and types do not use a runtime.
  /** @param {string} file */
  const isBrowser = (file) => file === "core/wasm.d.ts" || BROWSER.test(texts.get(file) ?? "");

  for (const file of Object.values(ENTRY_POINTS)) {
    if (!isBrowser(file)) breaches.push(`src/${file}:1: an entry point of the library is not browser-compatible`);
  }
  for (const [file, text] of texts) {
    const where = `src/${file}`;
    const { module: name, backend } = placeOf(file);
    const module = MODULES[name];
    /** @param {number} line @param {string} what */
    const breach = (line, what) => breaches.push(`${where}:${line}: ${backend ?? name} ${what}`);
    if (!module) {
      breach(1, "is not a known module");
      continue;
    }
    if (file.endsWith(".d.ts")) continue;
    if (name === "preview" && /\/(page\.html|styles\/[\w-]+\.css)$/.test(file)) continue;
    if (!/\.tsx?$/.test(file)) {
      breach(1, "may contain only TypeScript");
      continue;
    }
    const browser = module.browser || isBrowser(file);
    for (const [line, code] of parse(text).lines) {
      if (browser && RUNTIME.test(code)) breach(line, "uses a global of Node or Deno");
      if (name !== "core" && WASM.test(code)) breach(line, "uses WASM");
      if (name !== "host" && COMMAND.test(code)) breach(line, "starts a process");
      if (!THREADED.includes(name) && WORKER.test(code)) breach(line, "starts a thread");
    }
    const edges = [];
    for (const { path, line } of parse(text).imports) {
      if (path.startsWith("node:")) {
        if (browser) breach(line, `uses a node: module, ${path}`);
        if (name === "backends") breach(line, `imports ${path}; a backend gets its effects from host`);
        if (PROCESSES.test(path) && name !== "host") breach(line, `starts a process, with ${path}`);
        if (SOCKETS.test(path) && name !== "host") breach(line, `opens sockets, with ${path}`);
        if (THREADS.test(path) && !THREADED.includes(name)) breach(line, `starts a thread, with ${path}`);
        continue;
      }
      const target = normalize(join(dirname(file), path));
      if (!path.startsWith(".")) {
        const known = module.packages?.some((one) => path === one || path.startsWith(`${one}/`));
        if (!known) breach(line, `may not import the package ${path}`);
      } else if (target === "../dist/core.wasm" && name === "core") {
      } else if (target === "../package.json" && (name === "cli" || name === "preview")) {
      } else if (target.startsWith("..")) {
        breach(line, `may not import what is outside of src/, ${path}`);
      } else {
        edges.push(target);
        const refusal = refusalOf(file, target);
        if (refusal) breach(line, refusal);
        const isOwn = module.browser && placeOf(target).module === name;
        if (browser && !isOwn && !isBrowser(target)) breach(line, `imports ${target}, which is not browser-compatible`);
      }
    }
    graph.set(file, edges);
  }

  for (const [file, text] of textsOf(root, "assembly", added)) {
    if (!file.endsWith(".ts")) continue;
    const edges = [];
    for (const { path, line } of parse(text).imports) {
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

if (process.argv[1]?.endsWith("boundaries.mjs")) {
  const breaches = findBreaches(process.argv[2] ?? ".");
  for (const breach of breaches) console.error(breach);
  console.log(breaches.length === 0 ? "no breaches" : `breaches: ${breaches.length}`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
