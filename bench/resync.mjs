// @ts-check
// The agent's own loop, with a CPU meter. bench.mjs bundles it with src/ and runs it inside a namespace:
//   node build/bench-resync.mjs VARIANT CONFIG ROUNDS RESYNCS FLOOR
// It prints { agent, floor }: for each round, the CPU milliseconds of a resync in sync, and of a run of the shell command FLOOR.
import { spawnSync } from "node:child_process";
import { createLog, run } from "../src/agent/index.ts";
import { iptablesBackend } from "../src/backends/index.ts";
import { allCpu, childrenCpu } from "./cpu.mjs";

/** Resyncs before the first round: the first one writes the rules, and the others let the JIT settle. */
const WARM_UP = 30;

const [variant, config = "", roundsText, resyncsText, floorCommand] = process.argv.slice(2);
if (variant !== "nft" && variant !== "legacy") throw new Error(`no variant ${variant}`);
const rounds = Number(roundsText);
const resyncs = Number(resyncsText);

/** @type {number[]} */
const agent = [];
/** @type {number[]} */
const floor = [];
const backend = iptablesBackend(variant, console.error);
let begun = 0;
let before = 0;

/** The tools alone, as often as the agent ran them: one shell for all of them costs next to nothing. */
function measureFloor() {
  const start = childrenCpu();
  const script = `i=0; while [ $i -lt ${resyncs} ]; do ${floorCommand}; i=$((i+1)); done >/dev/null`;
  const { status, stderr } = spawnSync("sh", ["-ec", script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${floorCommand}: ${stderr}`);
  return (childrenCpu() - start) / resyncs;
}

/** Called when a resync begins. A round lasts from one begin to a later one, so that it contains the whole loop. */
function count() {
  const counted = begun++ - WARM_UP;
  if (counted < 0 || counted % resyncs !== 0) return;
  if (counted > 0) {
    agent.push((allCpu() - before) / resyncs);
    floor.push(measureFloor());
  }
  if (agent.length === rounds) finish();
  before = allCpu();
}

/** @type {import("../src/backends/index.ts").Backend} */
const counting = {
  ...backend,
  sync: async (policy) => {
    count();
    const written = await backend.sync(policy);
    if (written && begun > 1) process.exitCode = 1;
    return written;
  },
};

/** @type {() => void} */
let finish = () => {};
const done = new Promise((resolve) => {
  finish = () => resolve(undefined);
});
const loop = await run({
  paths: [config],
  config: { ipv6: false, reservedRanges: false },
  policy: { chain: "IP-MASQ-AGENT", ipv6: false, randomFully: false, ports: [] },
  open: async () => ({ backend: counting, reason: "bench", others: async () => [] }),
  log: createLog({ format: "text", verbosity: 0 }, (line) => {
    if (line.startsWith("I")) return;
    console.error(line);
    process.exit(1);
  }),
  watchRules: "false",
  reset: "none",
  nftTable: "ip-masq-agent",
  busiestDestinations: 0,
  listen: undefined,
  version: "bench",
  runtime: "bench",
});
await done;
await loop.stop();
if (process.exitCode) console.error("the rules did not stay in sync");
console.log(JSON.stringify({ agent, floor }));
