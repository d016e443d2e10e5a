// @ts-check
// npm run bench [rules] [lookup] [classify]: what the agent costs, beside its targets. Rules are written in network
// namespaces of their own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { addNamespace, inside, removeNamespace, runInside } from "../demo/network.mjs";
import { BUNDLE } from "../scripts/bundle.mjs";
import { printClassify } from "./classify.mjs";
import { childrenCpu } from "./cpu.mjs";
import { kubeRules } from "./kube-rules.mjs";
import { median, printTable, show, verdict, version } from "./report.mjs";
import { countTools, measureFollow, measureMemory } from "./service.mjs";

/** @typedef {"nft" | "legacy"} Variant */

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.env.PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
// Deno would ask its server for newer versions while it is measured.
process.env.DENO_NO_UPDATE_CHECK = "1";

const AGENT = "dist/ip-masq-agent.mjs";
const CHAIN = "IP-MASQ-AGENT";
const DRIVER = "build/bench-resync.mjs";
const EMPTY = "build/bench-empty.mjs";
const LOOKUP = "build/bench-lookup.mjs";
const CONFIG = "build/bench-config.yaml";

/** @type {readonly Variant[]} */
const VARIANTS = ["nft", "legacy"];

/** Services of 2 endpoints, 8 rules each. */
const TABLES = [
  { name: "empty", services: 0, resyncs: 30 },
  { name: "40,000 rules", services: 5000, resyncs: 12 },
];

/** Changes of the config that are timed, and numbers of resyncs after which memory is looked at. */
const SERVICE = { changes: 200, marks: [500, 1000, 2000, 3500, 5000] };

const RUNTIMES = [
  { name: "Node", command: [process.execPath] },
  { name: "Deno", command: ["node_modules/.bin/deno", "run", "-A"] },
];

/** The cheapest reads that show the chain and the jump to it. */
const FLOOR = {
  nft: `iptables-nft -t nat -S ${CHAIN}; iptables-nft -t nat -S POSTROUTING`,
  legacy: "iptables-legacy-save -c -t nat",
};

/** Milliseconds. */
const TARGETS = { inSync: { nft: 15, legacy: 160 }, apply: 120 };

/** Odd, for medians. The neighbours on shared cores come and go within seconds: the agent and its floor take turns. */
const ROUNDS = 7;
const APPLIES = 15;

/**
 * Why a variant cannot be measured; undefined where it can.
 * @param {Variant} variant
 */
function lacks(variant) {
  const tools = ["", "-save", "-restore"].map((verb) => `iptables-${variant}${verb}`);
  const missing = tools.find((tool) => version(tool) === undefined);
  if (missing) return `${missing} missing`;
  const namespace = addNamespace("bench");
  const [file, args] = inside(namespace, [`iptables-${variant}`, "-t", "nat", "-S", "POSTROUTING"]);
  const { status, stderr } = spawnSync(file, args, { encoding: "utf8" });
  removeNamespace(namespace);
  return status === 0 ? undefined : `does not work: ${stderr.split("\n")[0]}`;
}

/**
 * CPU milliseconds of a resync in sync, and of the tools' reads alone.
 * @param {Variant} variant
 * @param {typeof TABLES[number]} table
 */
function measureInSync(variant, { services, resyncs }) {
  const namespace = addNamespace("bench");
  runInside(namespace, [`iptables-${variant}-restore`], kubeRules(services, 2, "ipv4"));
  const args = [variant, CONFIG, `${ROUNDS}`, `${resyncs}`, FLOOR[variant]];
  const { agent, floor } = JSON.parse(runInside(namespace, [process.execPath, DRIVER, ...args]));
  removeNamespace(namespace);
  return { agent: median(agent), floor: median(floor) };
}

/**
 * Wall and CPU milliseconds of one process, from start to exit; with nsenter, which is 1 ms of it.
 * @param {string} namespace
 * @param {string[]} command
 */
function measureProcess(namespace, command) {
  const [file, args] = inside(namespace, command);
  const cpu = childrenCpu();
  const wall = performance.now();
  execFileSync(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  return { wall: performance.now() - wall, cpu: childrenCpu() - cpu };
}

/**
 * `apply` on an empty table, and the runtime alone with an empty program.
 * @param {Variant} variant
 * @param {string[]} runtime
 */
function measureApply(variant, runtime) {
  const namespace = addNamespace("bench");
  const tool = [`iptables-${variant}`, "-t", "nat"];
  const apply = [...runtime, AGENT, "apply", `--iptables-variant=${variant}`, `--config=${CONFIG}`];
  const applies = [];
  const alone = [];
  for (let i = 0; i <= APPLIES; i++) {
    for (const flag of ["-F", "-X"]) runInside(namespace, [...tool, flag]);
    applies.push(measureProcess(namespace, apply));
    if (!runInside(namespace, [...tool, "-S", CHAIN]).includes("MASQUERADE")) throw new Error("apply wrote no rules");
    alone.push(measureProcess(namespace, [...runtime, EMPTY]));
  }
  removeNamespace(namespace);
  // The first of each reads the programs from disk.
  const counted = applies.slice(1);
  return {
    wall: median(counted.map((one) => one.wall)),
    // Its ticks are too coarse for one process, and right for all of them.
    cpu: counted.reduce((sum, one) => sum + one.cpu, 0) / counted.length,
    runtime: median(alone.slice(1).map((one) => one.wall)),
  };
}

async function prepare() {
  const { build } = await import("esbuild");
  const entries = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => `  - ${cidr}\n`).join("");
  writeFileSync(CONFIG, `nonMasqueradeCIDRs:\n${entries}resyncInterval: 100ms\n`);
  writeFileSync(EMPTY, "");
  await build({ ...BUNDLE, entryPoints: ["bench/resync.mjs"], outfile: DRIVER });
}

function printMachine() {
  const cpus = os.cpus();
  const deno = version(RUNTIMES[1]?.command[0], "--version")?.replace(/ \(.*/, "");
  const tools = VARIANTS.map((variant) => version(`iptables-${variant}`) ?? `iptables-${variant} missing`);
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus[0]?.model}, ${cpus.length} cores, Linux ${os.release().split(".").slice(0, 2).join(".")}`,
  );
  console.log([`node ${process.version}`, deno ?? "deno missing", ...tools].join(", "));
}

/** @param {Record<Variant, string | undefined>} lacking */
function printInSync(lacking) {
  console.log("\nA resync in sync: CPU ms of the agent and the tools it runs, beside these tools' reads alone");
  const rows = [["variant", "table", "agent", "target", "reads alone", "agent/reads"]];
  for (const variant of VARIANTS) {
    for (const table of TABLES) {
      const why = lacking[variant];
      if (why) {
        rows.push([variant, table.name, why]);
        continue;
      }
      const { agent, floor } = measureInSync(variant, table);
      const target = verdict(agent, TARGETS.inSync[variant]);
      rows.push([variant, table.name, show(agent), target, show(floor), (agent / floor).toFixed(2)]);
    }
  }
  printTable(rows);
}

/** @param {Record<Variant, string | undefined>} lacking */
function printApply(lacking) {
  console.log("\napply on an empty table, start to exit: ms, beside the runtime alone with an empty program");
  const rows = [["variant", "runtime", "wall", "target", "CPU", "runtime alone, wall"]];
  for (const variant of VARIANTS) {
    for (const { name, command } of RUNTIMES) {
      const why = lacking[variant] ?? (existsSync(command[0] ?? "") ? undefined : `${command[0]} missing`);
      if (why) {
        rows.push([variant, name, why]);
        continue;
      }
      const { wall, cpu, runtime } = measureApply(variant, command);
      rows.push([variant, name, show(wall), verdict(wall, TARGETS.apply), show(cpu), show(runtime)]);
    }
  }
  printTable(rows);
}

/** @param {Record<Variant, string | undefined>} lacking */
async function printService(lacking) {
  if (lacking.nft || version("nft") === undefined) {
    console.log(`\nThe service cannot be measured: ${lacking.nft ?? "nft missing"}`);
    return;
  }
  const command = [process.execPath, AGENT];
  const { changes, marks } = SERVICE;
  const times = await measureFollow(command, changes);
  const median = times[Math.floor(changes / 2)] ?? 0;
  const p99 = times[Math.ceil(changes * 0.99) - 1] ?? 0;
  const memory = await measureMemory(command, marks);
  const last = memory.at(-1) ?? 0;
  const tools = await Promise.all(
    VARIANTS.filter((variant) => !lacking[variant]).map((variant) => countTools(command, variant, 20)),
  );
  console.log("\nThe service, on Node, nft, empty table");
  printTable([
    ["", "measured", "target"],
    [`ConfigMap renamed to rules in the kernel, median of ${changes}, ms`, show(median), verdict(median, 60)],
    [`the same, 99th percentile, ms`, show(p99), verdict(p99, 200)],
    ...memory.map((size, i) => [
      `anonymous memory after ${marks[i]} resyncs, MB`,
      show(size),
      i === marks.length - 1 ? verdict(last, 25) : "",
    ]),
  ]);
  console.log(`  started in one resync in sync: ${tools.join("; ")}`);
}

/** Lookups in the core, bundled first: Node reads no TypeScript. */
async function printLookups() {
  const { build } = await import("esbuild");
  await build({ ...BUNDLE, entryPoints: ["bench/lookup.mjs"], outfile: LOOKUP, packages: "external" });
  const { printLookup } = await import(pathToFileURL(LOOKUP).href);
  await printLookup();
}

/** What the rules cost: this needs a kernel. */
async function printRules() {
  const missing = ["ip", "nsenter"].filter((tool) => version(tool) === undefined);
  if (process.getuid?.() !== 0) missing.push("root");
  if (missing.length > 0) {
    console.log(`\nthe rules cannot be measured here; missing: ${missing.join(", ")}`);
    return;
  }
  await prepare();
  const lacking = { nft: lacks("nft"), legacy: lacks("legacy") };
  printInSync(lacking);
  printApply(lacking);
  await printService(lacking);
}

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const SECTIONS = { rules: printRules, lookup: printLookups, classify: printClassify };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SECTIONS, name));
const missing = [];
if (!existsSync(AGENT)) missing.push(`${AGENT} (npm run build)`);
if (!existsSync("node_modules/esbuild")) missing.push("node_modules (npm ci)");
printMachine();
if (unknown.length > 0) {
  console.log(`\nthere is no section ${unknown.join(", ")}; there are ${Object.keys(SECTIONS).join(", ")}`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  console.log(`\nnothing can be measured here; missing: ${missing.join(", ")}`);
} else {
  mkdirSync("build", { recursive: true });
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (wanted.length === 0 || wanted.includes(name)) await section();
  }
}
