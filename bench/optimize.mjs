// @ts-check
// The smallest list of a routing table: the command beside iprange, and the core alone.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { load, median, printTable, ratio, show, takeTurns, verdict, version } from "./figures.mjs";
import { routes } from "./routes.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const EMPTY = "build/bench-empty.mjs";
const ROUNDS = 15;

/** Times of iprange's whole process. */
const TARGETS = { command: 2, core: 1 };

/**
 * A list in random order, the same each time.
 * @param {readonly string[]} list
 */
function shuffle(list) {
  const result = [...list];
  let state = 1;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] ?? "", result[i] ?? ""];
  }
  return result;
}

/**
 * Runs a command, text in from a file, text out to another.
 * @param {string[]} command
 * @param {string} out
 */
function runTo([file = "", ...args], out) {
  const output = openSync(out, "w");
  const { status } = spawnSync(file, args, { stdio: ["ignore", output, "ignore"] });
  closeSync(output);
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: exit ${status}`);
}

/** Writes the lists to files: what is measured must not carry a million strings along. */
function prepare() {
  const { ipv4, source } = routes();
  const files = { "in order": "build/bench-routes.txt", shuffled: "build/bench-routes-shuffled.txt" };
  writeFileSync(EMPTY, "");
  writeFileSync(files["in order"], `${ipv4.join("\n")}\n`);
  writeFileSync(files.shuffled, `${shuffle(ipv4).join("\n")}\n`);
  return { files, what: `${ipv4.length} IPv4 prefixes (${source})` };
}

export async function printOptimize() {
  /** @type {typeof import("../src/core/index.ts")} */
  const { readPrefixList } = await load("src/core/index.ts");
  const { files, what } = prepare();
  console.log(`\nThe smallest list of ${what}, text to text, medians of ${ROUNDS}, ms`);
  const hasPeer = version("iprange", "--version") !== undefined;
  const rows = [["input", "", "ours", "iprange", "ratio", "target"]];
  for (const [name, file] of Object.entries(files)) {
    const text = new Uint8Array(readFileSync(file));
    const times = takeTurns(
      {
        peer: () => hasPeer && runTo(["iprange", "--optimize", file], "build/bench-iprange.txt"),
        command: () => runTo([process.execPath, AGENT, "optimize", file], "build/bench-optimize.txt"),
        core: () => readPrefixList(text).aggregate(),
        node: () => runTo([process.execPath, EMPTY], "build/bench-empty.txt"),
      },
      { rounds: ROUNDS },
    );
    const peer = hasPeer ? times.peer : undefined;
    if (peer) {
      // It writes a prefix of all bits as an address.
      const ours = readFileSync("build/bench-optimize.txt", "utf8").replaceAll("/32\n", "\n");
      if (ours !== readFileSync("build/bench-iprange.txt", "utf8")) throw new Error("the lists differ");
    }
    for (const part of /** @type {const} */ (["command", "core"])) {
      const label = part === "command" ? "whole process" : "core alone";
      const by = peer && ratio(times[part], peer);
      rows.push([
        ...[name, label, show(median(times[part])), peer ? show(median(peer)) : "missing"],
        ...(by === undefined ? ["", ""] : [by.toFixed(2), verdict(by, TARGETS[part])]),
      ]);
    }
    rows.push([name, "Node alone, an empty program", show(median(times.node)), "", "", ""]);
  }
  printTable(rows);
}
