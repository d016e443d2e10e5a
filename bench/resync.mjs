// @ts-check
// The agent's own loop, metered: bench.mjs bundles this with src/ and runs it inside a namespace.
//   node resync.mjs VARIANT CONFIG ROUNDS RESYNCS FLOOR
// Prints { agent, floor }: CPU milliseconds of one resync in sync, and of the shell command FLOOR, in each round.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { run } from "../src/agent/index.ts";
import { iptablesBackend } from "../src/kernel/index.ts";

/** Resyncs before the first round: the first writes the rules, and the rest let the JIT settle. */
const WARM_UP = 30;

/** The unit of /proc/PID/stat; the kernel adds up nanoseconds and rounds only what it shows. */
const TICK_MS = 10;

/** CPU milliseconds of children that have ended, with theirs. */
function childrenCpu() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [cutime, cstime] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15);
  return (Number(cutime) + Number(cstime)) * TICK_MS;
}

/** CPU milliseconds of this process, all its threads, and its children. */
function allCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenCpu();
}

const [variant, config = "", rounds, resyncs, floorCommand] = process.argv.slice(2);
if (variant !== "nft" && variant !== "legacy") throw new Error(`no variant ${variant}`);
const each = Number(resyncs);

/** @type {number[]} */
const agent = [];
/** @type {number[]} */
const floor = [];
const stop = new AbortController();
const backend = iptablesBackend(variant);
let done = 0;
let cpuBefore = 0;

/** As many runs of the tools alone as a round has resyncs, with one shell for all: its own part is nothing beside. */
function measureFloor() {
  const before = childrenCpu();
  const script = `i=0; while [ $i -lt ${each} ]; do ${floorCommand}; i=$((i+1)); done >/dev/null`;
  const { status, stderr } = spawnSync("sh", ["-ec", script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${floorCommand}: ${stderr}`);
  floor.push((childrenCpu() - before) / each);
}

/** Called at the begin of each resync: a round lasts from one begin to another, so that all of the loop is in it. */
function count() {
  const inRounds = done++ - WARM_UP;
  if (inRounds < 0 || inRounds % each !== 0) return;
  if (inRounds > 0) {
    agent.push((allCpu() - cpuBefore) / each);
    measureFloor();
  }
  if (agent.length === Number(rounds)) stop.abort();
  cpuBefore = allCpu();
}

await run({
  config: { file: config, ipv6: false, reservedRanges: false },
  policy: { chain: "IP-MASQ-AGENT", ipv6: false, randomFully: false, ports: [] },
  open: async () => ({
    ...backend,
    sync: async (policy) => {
      count();
      const written = await backend.sync(policy);
      if (written && done > 1) stop.abort(new Error("the rules were not in sync"));
      return written;
    },
  }),
  log: (level, message) => {
    if (level !== "I") throw new Error(message);
  },
  signal: stop.signal,
});
if (stop.signal.reason?.name !== "AbortError") throw stop.signal.reason;
console.log(JSON.stringify({ agent, floor }));
