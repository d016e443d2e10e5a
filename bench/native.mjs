// @ts-check
// The core's lookup compared with the best native code: bench/native/poptrie.c, which is built here if there is a compiler.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { atLeast, printTable } from "./figures.mjs";
import { numbers, some } from "./routes.mjs";

const BINARY = "build/poptrie";
const ADDRESSES = 1 << 20;

/** They take turns; this is the number of rounds of each in a turn. */
const TURNS = 3;
const ROUNDS = 15;

/** As a share of the peer's speed. */
const TARGETS = [
  { count: 12, target: 0.8 },
  { count: 10_000, target: 0.8 },
  { count: Number.POSITIVE_INFINITY, target: 1 },
];

/** Builds the peer; false if there is no compiler. */
function buildPeer() {
  mkdirSync("build", { recursive: true });
  const { error, status } = spawnSync("cc", ["-O3", "-march=native", "-o", BINARY, "bench/native/poptrie.c"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return error === undefined && status === 0;
}

/** A prefix as two numbers. @param {string} prefix */
function pairOf(prefix) {
  const [network = "", bits] = prefix.split("/");
  return [network.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0), Number(bits)];
}

/**
 * Runs the peer once. Returns its results, and the nanoseconds of its best round for each lookup method.
 * @returns {{ answers: Int32Array, ways: { name: string, ns: number }[] }}
 */
function runPeer() {
  const args = ["build/prefixes.bin", "build/addresses.bin", "build/answers.bin", `${ROUNDS}`];
  const { status, stdout } = spawnSync(BINARY, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${BINARY}: exit ${status}`);
  const ways = [...stdout.matchAll(/^(\S+) (\d+) (\d+)$/gm)].map(([, way, depth, ns]) => {
    return { name: `${way}, ${depth} bits`, ns: Number(ns) };
  });
  const { buffer, byteOffset, byteLength } = readFileSync("build/answers.bin");
  return { answers: new Int32Array(buffer, byteOffset, byteLength / 4), ways };
}

/**
 * One row: both look up the same addresses in the same prefixes, and must give the same results.
 * @param {typeof import("../src/core/index.ts")} core
 * @param {readonly string[]} list
 * @param {Uint32Array} addresses
 * @param {number} target
 */
function compare({ buildTable, parsePrefixes }, list, addresses, target) {
  writeFileSync("build/prefixes.bin", Uint32Array.from(list.flatMap(pairOf)));
  const table = buildTable(parsePrefixes(list).records, "longest");
  const answers = new Int32Array(ADDRESSES);
  let ours = Number.POSITIVE_INFINITY;
  let best = { name: "", ns: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < TURNS; turn++) {
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      table.lookupIPv4(addresses, answers);
      ours = Math.min(ours, (performance.now() - begin) * 1e6);
    }
    const peer = runPeer();
    const different = answers.findIndex((answer, i) => answer !== peer.answers[i]);
    if (different >= 0) throw new Error(`the answers about ${addresses[different]} differ`);
    for (const way of peer.ways) if (way.ns < best.ns) best = way;
  }
  const speed = (/** @type {number} */ ns) => ((ADDRESSES / ns) * 1000).toFixed(0);
  const ratio = best.ns / ours;
  const name = `${list.length.toLocaleString("en")} IPv4 prefixes`;
  return [name, speed(ours), speed(best.ns), best.name, ratio.toFixed(2), atLeast(ratio, target)];
}

/**
 * @param {typeof import("../src/core/index.ts")} core
 * @param {ReturnType<typeof import("./routes.mjs").routes>} routes
 */
export function printNative(core, { ipv4 }) {
  console.log("\nLookups compared with a poptrie in C, cc -O3 -march=native: millions a second, best rounds");
  if (!buildPeer()) {
    console.log("  it cannot be built here: cc missing");
    return;
  }
  const addresses = Uint32Array.from({ length: ADDRESSES }, numbers());
  writeFileSync("build/addresses.bin", addresses);
  printTable([
    ["", "ours", "peer", "the peer's best way", "ratio", "target"],
    ...TARGETS.map(({ count, target }) => {
      const list = count < ipv4.length ? some(ipv4, count) : ipv4;
      return compare(core, list, addresses, target);
    }),
  ]);
}
