// @ts-check
// The agent on a kernel, in separate network namespaces: a resync in sync, apply, and the service.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { constants, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { addNamespace, inside, removeNamespace, runInside } from "../demo/network.mjs";
import { BUNDLE } from "../scripts/bundle.mjs";
import { childrenCpu } from "./cpu.mjs";
import { median, printTable, show, verdict, version } from "./figures.mjs";
import { kubeRules } from "./kube-rules.mjs";
import { countTools, measureFollow, measureMemory } from "./service.mjs";

/** @typedef {"nft" | "legacy"} Variant */

const AGENT = "dist/ip-masq-agent.mjs";
const CHAIN = "IP-MASQ-AGENT";
const DRIVER = "build/bench-resync.mjs";
const EMPTY = "build/bench-empty.mjs";
const READER = "build/bench-reader.mjs";
const PIPE = "build/bench-config-pipe";
const CONFIG = "build/bench-config.yaml";

/** @type {readonly Variant[]} */
const VARIANTS = ["nft", "legacy"];

/** Services with 2 endpoints, 8 rules each. */
const TABLES = [
  { name: "empty", services: 0, resyncs: 30 },
  { name: "40,000 rules", services: 5000, resyncs: 12 },
];

/** The number of config changes that are timed, and the numbers of resyncs after which memory is measured: from 500 to 5,000. */
const SERVICE = { changes: 200, marks: Array.from({ length: 19 }, (_, i) => 500 + 250 * i) };

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
const TARGETS = { inSync: { nft: 15, legacy: 160 }, apply: 120, start: 1.4 };

/** Odd, so that there is a median. Other jobs on shared cores come and go within seconds, so the agent and its floor take turns. */
const ROUNDS = 7;
const APPLIES = 15;

/**
 * Why a variant cannot be measured; undefined if it can.
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
 * Wall and CPU milliseconds of one process, from start to exit, including 1 ms for nsenter.
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
 * Milliseconds from the start of a program until it opens {@link PIPE}, a named pipe, to read a config from it. Its other end
 * opens at the same moment. The config is invalid, so that the program ends.
 * @param {string} namespace
 * @param {string[]} command
 */
async function measureStart(namespace, command) {
  const [file, args] = inside(namespace, command);
  const begin = performance.now();
  const program = spawn(file, args, { stdio: "ignore" });
  const ended = once(program, "exit");
  const opened = open(PIPE, "w");
  const first = await Promise.race([opened, ended]);
  const time = performance.now() - begin;
  if (Array.isArray(first)) {
    // Ends the wait for a reader.
    await (await open(PIPE, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    throw new Error(`${command.join(" ")} has not read the config`);
  }
  const pipe = await opened;
  await pipe.write("nonMasqueradeCIDRs: 1\n");
  await pipe.close();
  await ended;
  return time;
}

/**
 * `apply` on an empty table, and programs that do nothing and that only read the config, on the same runtime. Milliseconds.
 * @param {Variant} variant
 * @param {string[]} runtime
 */
async function measureApply(variant, runtime) {
  const namespace = addNamespace("bench");
  const tool = [`iptables-${variant}`, "-t", "nat"];
  /** @param {string} config */
  const apply = (config) => [...runtime, AGENT, "apply", `--iptables-variant=${variant}`, `--config=${config}`];
  const runs = [];
  for (let i = 0; i <= APPLIES; i++) {
    for (const flag of ["-F", "-X"]) runInside(namespace, [...tool, flag]);
    const whole = measureProcess(namespace, apply(CONFIG));
    if (!runInside(namespace, [...tool, "-S", CHAIN]).includes("MASQUERADE")) throw new Error("apply wrote no rules");
    const start = await measureStart(namespace, apply(PIPE));
    const reader = await measureStart(namespace, [...runtime, READER]);
    runs.push({ ...whole, start, reader, alone: measureProcess(namespace, [...runtime, EMPTY]).wall });
  }
  removeNamespace(namespace);
  // The first run of each reads the programs from disk.
  const counted = runs.slice(1);
  return {
    start: median(counted.map(({ start }) => start)),
    reader: median(counted.map(({ reader }) => reader)),
    alone: median(counted.map(({ alone }) => alone)),
    wall: median(counted.map(({ wall }) => wall)),
    // CPU ticks are too coarse for one process, but correct for the sum.
    cpu: counted.reduce((sum, one) => sum + one.cpu, 0) / counted.length,
  };
}

async function prepare() {
  const { build } = await import("esbuild");
  mkdirSync("build", { recursive: true });
  const entries = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => `  - ${cidr}\n`).join("");
  writeFileSync(CONFIG, `nonMasqueradeCIDRs:\n${entries}resyncInterval: 100ms\n`);
  writeFileSync(EMPTY, "");
  writeFileSync(READER, `import { readFileSync } from "node:fs";\nreadFileSync("${PIPE}");\n`);
  rmSync(PIPE, { force: true });
  execFileSync("mkfifo", [PIPE]);
  await build({ ...BUNDLE, entryPoints: ["bench/resync.mjs"], outfile: DRIVER });
}

/** @param {Record<Variant, string | undefined>} lacking */
function printInSync(lacking) {
  console.log(
    "\nA resync in sync: CPU ms of the agent and the tools it runs, compared with the reads of these tools alone",
  );
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
async function printApply(lacking) {
  console.log(
    "\napply on an empty table: ms until it opens its config, compared with an empty program on the runtime, and with a program" +
      "\nthat only reads the config; and ms of the whole process",
  );
  const head = ["variant", "runtime", "empty", "only reads", "start", "start/empty", "target"];
  const rows = [[...head, "whole, wall", "target", "whole, CPU"]];
  for (const variant of VARIANTS) {
    for (const { name, command } of RUNTIMES) {
      const why = lacking[variant] ?? (existsSync(command[0] ?? "") ? undefined : `${command[0]} missing`);
      if (why) {
        rows.push([variant, name, why]);
        continue;
      }
      const { alone, reader, start, wall, cpu } = await measureApply(variant, command);
      const ratio = start / alone;
      rows.push([
        ...[variant, name, show(alone), show(reader), show(start), show(ratio), verdict(ratio, TARGETS.start)],
        ...[show(wall), verdict(wall, TARGETS.apply), show(cpu)],
      ]);
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
  const p99 = times[Math.ceil(changes * 0.99) - 1] ?? 0;
  const memory = await measureMemory(command, marks);
  const half = memory.length >> 1;
  const largest = Math.max(...memory);
  const tools = await Promise.all(
    VARIANTS.filter((variant) => !lacking[variant]).map((variant) => countTools(command, variant, 20)),
  );
  console.log("\nThe service, on Node, nft, empty table");
  printTable([
    ["", "measured", "target"],
    [
      `from the rename of a ConfigMap to rules in the kernel, median of ${changes}, ms`,
      show(median(times)),
      verdict(median(times), 60),
    ],
    [`the same, 99th percentile, ms`, show(p99), verdict(p99, 200)],
    ["anonymous memory, 500 to 5,000 resyncs, largest, MB", show(largest), verdict(largest, 25)],
    ["the same, first half, median, MB", show(median(memory.slice(0, half))), ""],
    ["the same, second half, median, MB", show(median(memory.slice(half))), ""],
  ]);
  console.log(`  tools run in one resync in sync: ${tools.join("; ")}`);
}

export async function printKernel() {
  const missing = ["ip", "nsenter"].filter((tool) => version(tool) === undefined);
  if (process.getuid?.() !== 0) missing.push("root");
  if (missing.length > 0) {
    console.log(`\nThe kernel cannot be measured here; missing: ${missing.join(", ")}`);
    return;
  }
  await prepare();
  const lacking = { nft: lacks("nft"), legacy: lacks("legacy") };
  printInSync(lacking);
  await printApply(lacking);
  await printService(lacking);
}
