// @ts-check
// classify as a whole process, beside grepcidr, which picks lines by prefixes too. They take turns.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dotted, numbers, readRoutes, some } from "./prefixes.mjs";
import { atLeast, median, printTable, show } from "./report.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const DENO = "node_modules/.bin/deno";
const LINES = 5_000_000;
const ADDRESSES = "build/bench-addresses.txt";
const OUTPUTS = ["build/bench-ours.txt", "build/bench-peer.txt"];

/** Odd, for medians. */
const ROUNDS = 7;

function prepare() {
  const random = numbers();
  if (!existsSync(ADDRESSES)) {
    const lines = Array.from({ length: LINES }, () => `${dotted(random())}\n`);
    writeFileSync(ADDRESSES, lines.join(""));
  }
  const { ipv4, source } = readRoutes();
  const lists = [some(ipv4, 64), ipv4].map((prefixes) => {
    const file = `build/bench-list-${prefixes.length}.txt`;
    writeFileSync(file, prefixes.map((prefix) => `${prefix}\n`).join(""));
    return { file, name: `${prefixes.length.toLocaleString("en")} prefixes` };
  });
  return { lists, source };
}

/**
 * Milliseconds from start to exit.
 * @param {string[]} command
 * @param {string} output
 */
function run([file = "", ...args], output = "/dev/null") {
  const stdout = openSync(output, "w");
  const from = performance.now();
  const { status, error } = spawnSync(file, args, { stdio: ["ignore", stdout, "inherit"] });
  const ms = performance.now() - from;
  closeSync(stdout);
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} failed: ${error ?? status}`);
  return ms;
}

export async function printClassify() {
  const { lists, source } = prepare();
  const isThere = spawnSync("grepcidr", ["-V"]).error === undefined;
  const hasDeno = existsSync(DENO);
  const megabytes = (statSync(ADDRESSES).size / 1e6).toFixed(0);
  console.log(
    `\nclassify --only=return of ${LINES.toLocaleString("en")} lines (${megabytes} MB), start to exit: ms. Prefixes: ${source}`,
  );
  const rows = [["", "Node", "Deno", "grepcidr", "grepcidr/Node", "target"]];
  for (const { file, name } of lists) {
    const words = [AGENT, "classify", `--cidrs=${file}`, "--only=return", ADDRESSES];
    const ours = [process.execPath, ...words];
    const deno = [DENO, "run", "-A", "--no-lock", ...words];
    const peer = ["grepcidr", "-f", file, ADDRESSES];
    if (isThere) compare(ours, peer);
    /** @type {{ ours: number[], deno: number[], peer: number[] }} */
    const times = { ours: [], deno: [], peer: [] };
    for (let i = 0; i < ROUNDS; i++) {
      times.ours.push(run(ours));
      if (hasDeno) times.deno.push(run(deno));
      if (isThere) times.peer.push(run(peer));
    }
    const ratio = median(times.peer) / median(times.ours);
    rows.push([
      name,
      show(median(times.ours)),
      hasDeno ? show(median(times.deno)) : "missing",
      ...(isThere ? [show(median(times.peer)), `${ratio.toFixed(1)}x`, atLeast(ratio, 2, "x")] : ["missing"]),
    ]);
  }
  printTable(rows);
}

/**
 * Both must print the same lines.
 * @param {string[]} ours
 * @param {string[]} peer
 */
function compare(ours, peer) {
  for (const [i, command] of [ours, peer].entries()) run(command, OUTPUTS[i]);
  const [one, other] = OUTPUTS.map((file) => readFileSync(file));
  for (const file of OUTPUTS) rmSync(file);
  if (!one || !other?.equals(one)) throw new Error(`${ours.join(" ")} and ${peer.join(" ")} print different lines`);
}
