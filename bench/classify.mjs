// @ts-check
// classify as a whole process, compared with grepcidr, which also selects lines by prefixes.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { atLeast, median, printTable, ratio, runTo, show, takeTurns, version } from "./figures.mjs";
import { dotted, numbers, routes, some } from "./routes.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const DENO = "node_modules/.bin/deno";
const LINES = 5_000_000;
const ADDRESSES = "build/bench-addresses.txt";
const OUTPUTS = /** @type {const} */ (["build/bench-classify.txt", "build/bench-grepcidr.txt"]);

/** Odd, so that there is a median. */
const ROUNDS = 7;

function prepare() {
  const random = numbers();
  if (!existsSync(ADDRESSES)) {
    const lines = Array.from({ length: LINES }, () => `${dotted(random())}\n`);
    writeFileSync(ADDRESSES, lines.join(""));
  }
  if (!existsSync(`${ADDRESSES}.gz`)) execFileSync("gzip", ["--keep", ADDRESSES]);
  const { ipv4, source } = routes();
  const lists = [some(ipv4, 64), ipv4].map((prefixes) => {
    const file = `build/bench-list-${prefixes.length}.txt`;
    writeFileSync(file, prefixes.map((prefix) => `${prefix}\n`).join(""));
    return { file, name: `${prefixes.length.toLocaleString("en")} prefixes` };
  });
  return { lists, source };
}

export async function printClassify() {
  const { lists, source } = prepare();
  if (version("grepcidr") === undefined) return console.log("\nclassify: grepcidr is missing");
  const hasDeno = existsSync(DENO);
  const megabytes = (statSync(ADDRESSES).size / 1e6).toFixed(0);
  console.log(
    `\nclassify --only=keep of ${LINES.toLocaleString("en")} lines (${megabytes} MB), start to exit: ms. Prefixes: ${source}`,
  );
  const rows = [["", "Node", "grepcidr", "grepcidr/Node", "target", "Deno"]];
  for (const { file, name } of lists) {
    const command = (/** @type {string} */ input) => [AGENT, "classify", `--cidrs=${file}`, "--only=keep", input];
    const peer = ["grepcidr", "-f", file, ADDRESSES];
    compare([process.execPath, ...command(ADDRESSES)], peer);
    const times = takeTurns(
      {
        empty: () => runTo([process.execPath, "-e", "0"], "/dev/null"),
        all: () => runTo([process.execPath, ...command(ADDRESSES)], "/dev/null"),
        one: () => runTo(["taskset", "-c", "0", process.execPath, ...command(ADDRESSES)], "/dev/null"),
        gzip: () => runTo([process.execPath, ...command(`${ADDRESSES}.gz`)], "/dev/null"),
        deno: () => hasDeno && runTo([DENO, "run", "-A", "--no-lock", ...command(ADDRESSES)], "/dev/null"),
        peer: () => runTo(peer, "/dev/null"),
        zcat: () => runTo(["sh", "-c", `zcat ${ADDRESSES}.gz | grepcidr -f ${file}`], "/dev/null"),
      },
      { rounds: ROUNDS },
    );
    const row = (
      /** @type {string} */ how,
      /** @type {number[]} */ ours,
      /** @type {number[]} */ theirs,
      /** @type {number} */ least,
      deno = "",
    ) => {
      const by = ratio(theirs, ours);
      rows.push([
        `${name}${how}`,
        show(median(ours)),
        show(median(theirs)),
        `${by.toFixed(1)}x`,
        atLeast(by, least, "x"),
        deno,
      ]);
    };
    row("", times.all, times.peer, 6, hasDeno ? show(median(times.deno)) : "missing");
    row(", one processor", times.one, times.peer, 4.5);
    row(", a gzip log", times.gzip, times.zcat, 3);
    rows.push(["  the empty runtime", show(median(times.empty)), "", "", "", ""]);
  }
  printTable(rows);
}

/**
 * Checks that both print the same lines.
 * @param {string[]} ours
 * @param {string[]} peer
 */
function compare(ours, peer) {
  runTo(ours, OUTPUTS[0]);
  runTo(peer, OUTPUTS[1]);
  const [one, other] = OUTPUTS.map((file) => readFileSync(file));
  for (const file of OUTPUTS) rmSync(file);
  if (!one || !other?.equals(one)) throw new Error(`${ours.join(" ")} and ${peer.join(" ")} print different lines`);
}
