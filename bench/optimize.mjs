// @ts-check
// The smallest list of a routing table: the command compared with iprange, and the core alone.
import { readFileSync, writeFileSync } from "node:fs";
import { load, median, printTable, ratio, runTo, show, takeTurns, verdict, version } from "./figures.mjs";
import { writeLists } from "./routes.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const EMPTY = "build/bench-empty.mjs";
const ROUNDS = 15;

/** In units of iprange's whole process. */
const TARGETS = { command: 2, core: 1 };

export async function printOptimize() {
  /** @type {typeof import("../src/core/index.ts")} */
  const { readPrefixList } = await load("src/core/index.ts");
  const { files, count, source } = writeLists();
  writeFileSync(EMPTY, "");
  console.log(`\nThe smallest list of ${count} IPv4 prefixes (${source}), text to text, medians of ${ROUNDS}, ms`);
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
      // iprange writes a prefix of full length as an address.
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
