// @ts-check
// classify as a whole process, beside grepcidr, which picks lines by prefixes too.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { atLeast, median, printTable, ratio, runTo, show, takeTurns, version } from "./figures.mjs";
import { dotted, numbers, routes, some } from "./routes.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const DENO = "node_modules/.bin/deno";
const LINES = 5_000_000;
const ADDRESSES = "build/bench-addresses.txt";
const OUTPUTS = /** @type {const} */ (["build/bench-classify.txt", "build/bench-grepcidr.txt"]);

/** Odd, for medians. */
const ROUNDS = 7;

function prepare() {
  const random = numbers();
  if (!existsSync(ADDRESSES)) {
    const lines = Array.from({ length: LINES }, () => `${dotted(random())}\n`);
    writeFileSync(ADDRESSES, lines.join(""));
  }
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
  const hasPeer = version("grepcidr") !== undefined;
  const hasDeno = existsSync(DENO);
  const megabytes = (statSync(ADDRESSES).size / 1e6).toFixed(0);
  console.log(
    `\nclassify --only=keep of ${LINES.toLocaleString("en")} lines (${megabytes} MB), start to exit: ms. Prefixes: ${source}`,
  );
  const rows = [["", "Node", "Deno", "grepcidr", "grepcidr/Node", "target"]];
  for (const { file, name } of lists) {
    const words = [AGENT, "classify", `--cidrs=${file}`, "--only=keep", ADDRESSES];
    const ours = [process.execPath, ...words];
    const peer = ["grepcidr", "-f", file, ADDRESSES];
    if (hasPeer) compare(ours, peer);
    const times = takeTurns(
      {
        ours: () => runTo(ours, "/dev/null"),
        deno: () => hasDeno && runTo([DENO, "run", "-A", "--no-lock", ...words], "/dev/null"),
        peer: () => hasPeer && runTo(peer, "/dev/null"),
      },
      { rounds: ROUNDS },
    );
    const by = ratio(times.peer, times.ours);
    rows.push([
      name,
      show(median(times.ours)),
      hasDeno ? show(median(times.deno)) : "missing",
      ...(hasPeer ? [show(median(times.peer)), `${by.toFixed(1)}x`, atLeast(by, 2, "x")] : ["missing"]),
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
  runTo(ours, OUTPUTS[0]);
  runTo(peer, OUTPUTS[1]);
  const [one, other] = OUTPUTS.map((file) => readFileSync(file));
  for (const file of OUTPUTS) rmSync(file);
  if (!one || !other?.equals(one)) throw new Error(`${ours.join(" ")} and ${peer.join(" ")} print different lines`);
}
