// @ts-check
// How long commands take for a million prefixes, from start to exit, compared with an empty program.
import { writeFileSync } from "node:fs";
import { median, printTable, runTo, show, takeTurns, verdict } from "./figures.mjs";
import { dotted, numbers } from "./routes.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const COUNT = 1_000_000;

/** Odd, so that there is a median. */
const ROUNDS = 7;

/** Lists of a million prefixes with the lengths of a routing table, in order and shuffled, and a list that differs from them in a thousandth. */
function prepare() {
  const random = numbers();
  const lengths = [24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 17, 16];
  /** @type {Map<number, string>} */
  const found = new Map();
  while (found.size < COUNT) {
    const bits = lengths[random() % lengths.length] ?? 24;
    const address = (((random() % (223 << 24)) + (1 << 24)) & (-1 << (32 - bits))) >>> 0;
    found.set(address * 64 + bits, `${dotted(address)}/${bits}\n`);
  }
  const shuffled = [...found.values()];
  const sorted = [...found.keys()].sort((a, b) => a - b).map((key) => found.get(key) ?? "");
  const changed = sorted.filter((_, i) => i % 1000 !== 0);
  const lists = { shuffled, sorted, changed };
  return Object.fromEntries(
    Object.entries(lists).map(([name, lines]) => {
      const file = `build/bench-million-${name}.txt`;
      writeFileSync(file, lines.join(""));
      return [name, file];
    }),
  );
}

export async function printMillion() {
  const { sorted = "", shuffled = "", changed = "" } = prepare();
  const calls = {
    "optimize, in order": ["optimize", sorted],
    "optimize, shuffled": ["optimize", shuffled],
    "explain an address": ["explain", "203.0.113.9", `--cidrs=${shuffled}`],
    "explain a CIDR": ["explain", "203.0.0.0/8", `--cidrs=${shuffled}`],
    "impact, in order": ["impact", `--from=${sorted}`, `--to=${changed}`],
    "impact, shuffled": ["impact", `--from=${shuffled}`, `--to=${changed}`],
  };
  console.log(`\n${COUNT.toLocaleString("en")} prefixes, start to exit, medians of ${ROUNDS}, ms`);
  const work = Object.fromEntries(
    Object.entries(calls).map(([name, args]) => [name, () => runTo([process.execPath, AGENT, ...args], "/dev/null")]),
  );
  const times = takeTurns(
    { empty: () => runTo([process.execPath, "-e", "0"], "/dev/null"), ...work },
    { rounds: ROUNDS },
  );
  printTable([
    ["", "median", "best", "target"],
    ...Object.entries(times).map(([name, all]) => {
      const target = name === "empty" ? "" : verdict(median(all), 1000);
      return [name === "empty" ? "Node, an empty program" : name, show(median(all)), show(Math.min(...all)), target];
    }),
  ]);
}
