// @ts-check
// npm run bench: what the agent costs, each figure beside its target. All of it happens in network namespaces of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { addNamespace, inside, removeNamespace, runInside } from "../demo/network.mjs";
import { kubeRules } from "./kube-rules.mjs";

/** @typedef {"nft" | "legacy"} Variant */

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.env.PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
// Deno asks its server for a newer version otherwise.
process.env.DENO_NO_UPDATE_CHECK = "1";

const AGENT = "dist/ip-masq-agent.mjs";
const DRIVER = "build/bench-resync.mjs";
const CONFIG = "build/bench-config.yaml";
const DENO = "node_modules/.bin/deno";
const CHAIN = "IP-MASQ-AGENT";

/** @type {readonly Variant[]} */
const VARIANTS = ["nft", "legacy"];

/** The services with 2 endpoints each of the two tables: 8 rules a service. */
const TABLES = [
  { name: "empty", services: 0 },
  { name: "40,000 rules", services: 5000 },
];

/** What the agent must read at least, with the tools that read it cheapest. */
const FLOOR = {
  nft: `iptables-nft -t nat -S ${CHAIN}; iptables-nft -t nat -S POSTROUTING`,
  legacy: "iptables-legacy-save -c -t nat",
};

/** Milliseconds. */
const TARGETS = { inSync: { nft: 15, legacy: 160 }, apply: 120 };

const ROUNDS = 5;
const APPLIES = 15;

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {number} ms */
function show(ms) {
  return ms.toFixed(ms < 100 ? 1 : 0);
}

/**
 * @param {number} ms
 * @param {number} target
 */
function verdict(ms, target) {
  return `<= ${target} ${ms <= target ? "ok" : "MISSED"}`;
}

/**
 * Prints rows in columns, the first row as their heads.
 * @param {string[][]} rows
 */
function printTable(rows) {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  for (const [at, row] of rows.entries()) {
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("   ")}`.trimEnd());
    if (at === 0) console.log(`  ${widths.map((width) => "-".repeat(width)).join("   ")}`);
  }
}

/**
 * What a program says of its version; undefined where it is not there.
 * @param {string} file
 * @param {string} flag
 */
function version(file, flag) {
  const { status, stdout } = spawnSync(file, [flag], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0]?.trim() : undefined;
}

/** @param {Variant} variant */
function lacks(variant) {
  const tools = [`iptables-${variant}`, `iptables-${variant}-save`, `iptables-${variant}-restore`];
  return tools.find((tool) => version(tool, "-V") === undefined);
}

/**
 * CPU of one resync in sync, with the tools alone measured in turn with it.
 * @param {Variant} variant
 * @param {typeof TABLES[number]} table
 */
function measureInSync(variant, table) {
  const namespace = addNamespace("bench");
  runInside(namespace, [`iptables-${variant}-restore`], kubeRules(table.services, 2, "ipv4"));
  const resyncs = variant === "legacy" && table.services > 0 ? 10 : 30;
  const args = [variant, CONFIG, `${ROUNDS}`, `${resyncs}`, FLOOR[variant]];
  const measured = JSON.parse(runInside(namespace, [process.execPath, DRIVER, ...args]));
  removeNamespace(namespace);
  return { agent: median(measured.agent), floor: median(measured.floor) };
}

/** CPU milliseconds of this process's children that have ended: shown in ticks of 10 ms, kept in nanoseconds. */
function childrenCpu() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/**
 * Wall and CPU time of `apply` on an empty table, from the start of the process to its end.
 * @param {Variant} variant
 * @param {string[]} runtime
 */
function measureApply(variant, runtime) {
  const namespace = addNamespace("bench");
  const tool = [`iptables-${variant}`, "-t", "nat"];
  const [file, args] = inside(namespace, [
    ...runtime,
    AGENT,
    "apply",
    `--iptables-variant=${variant}`,
    `--config=${CONFIG}`,
  ]);
  const wall = [];
  let cpu = 0;
  // The first is not counted: it reads the programs from disk.
  for (let i = 0; i <= APPLIES; i++) {
    runInside(namespace, [...tool, "-F"]);
    runInside(namespace, [...tool, "-X"]);
    const cpuBefore = childrenCpu();
    const before = performance.now();
    execFileSync(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    if (i > 0) {
      wall.push(performance.now() - before);
      cpu += childrenCpu() - cpuBefore;
    }
    if (!runInside(namespace, [...tool, "-S", CHAIN]).includes("MASQUERADE")) throw new Error("apply wrote no rules");
  }
  removeNamespace(namespace);
  return { wall: median(wall), cpu: cpu / APPLIES };
}

async function prepare() {
  mkdirSync("build", { recursive: true });
  const entries = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => `  - ${cidr}\n`).join("");
  writeFileSync(CONFIG, `nonMasqueradeCIDRs:\n${entries}resyncInterval: 100ms\n`);
  await build({
    entryPoints: ["bench/resync.mjs"],
    outfile: DRIVER,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["node:*"],
    target: ["es2022"],
    loader: { ".wasm": "binary" },
    logLevel: "warning",
  });
}

function printMachine() {
  const deno = existsSync(DENO) ? version(DENO, "--version") : undefined;
  const tools = VARIANTS.map((variant) => version(`iptables-${variant}`, "-V") ?? `iptables-${variant} missing`);
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, Linux ${os.release()}`,
  );
  console.log(`Node ${process.version}, ${deno ?? "deno missing"}, ${tools.join(", ")}\n`);
}

function printInSync() {
  console.log("A resync with the rules in sync: CPU of the agent and its children, and of the tools' reads alone, ms");
  const rows = [["variant", "table", "agent", "target", "reads alone", "agent/reads"]];
  for (const variant of VARIANTS) {
    const missing = lacks(variant);
    for (const table of TABLES) {
      if (missing) {
        rows.push([variant, table.name, `${missing} missing`]);
        continue;
      }
      const { agent, floor } = measureInSync(variant, table);
      const target = verdict(agent, TARGETS.inSync[variant]);
      rows.push([variant, table.name, show(agent), target, show(floor), `${(agent / floor).toFixed(2)}x`]);
    }
  }
  printTable(rows);
}

function printApply() {
  console.log("\nThe first rules: apply on an empty table, process start to exit, ms");
  const rows = [["variant", "runtime", "wall", "target", "CPU"]];
  for (const variant of VARIANTS) {
    const missing = lacks(variant);
    for (const [name, runtime] of /** @type {const} */ ([
      ["Node", [process.execPath]],
      ["Deno", [DENO, "run", "-A"]],
    ])) {
      if (missing || !existsSync(runtime[0])) {
        rows.push([variant, name, `${missing ?? DENO} missing`]);
        continue;
      }
      const { wall, cpu } = measureApply(variant, [...runtime]);
      rows.push([variant, name, show(wall), verdict(wall, TARGETS.apply), show(cpu)]);
    }
  }
  printTable(rows);
}

printMachine();
const needed = ["ip", "nsenter"].filter((tool) => version(tool, "-V") === undefined);
if (needed.length > 0 || process.getuid?.() !== 0 || !existsSync(AGENT)) {
  const lacking = [...needed, ...(process.getuid?.() === 0 ? [] : ["root"]), ...(existsSync(AGENT) ? [] : [AGENT])];
  console.log(`nothing can be measured, missing: ${lacking.join(", ")}`);
} else {
  await prepare();
  printInSync();
  printApply();
}
