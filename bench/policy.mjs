// @ts-check
// Configs with many entries and several verdicts: text to policy to rules, and the cost of explain as a whole process.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { load, median, printTable, show, takeTurns, verdict } from "./figures.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const FILE = "build/bench-policy.yaml";
const EMPTY = "build/bench-empty.mjs";
const ENTRIES = 10_000;
const ROUNDS = 15;

/** Milliseconds. */
const COMPILE_TARGET = 50;

/** A config whose entries nest, alternately kept and masqueraded: a /16, /24s in it, and /28s in these. */
function writeConfig() {
  /** @type {Record<"nonMasqueradeCIDRs" | "masqueradeCIDRs", string[]>} */
  const lists = { nonMasqueradeCIDRs: ["10.0.0.0/8"], masqueradeCIDRs: [] };
  for (let i = 0; lists.nonMasqueradeCIDRs.length + lists.masqueradeCIDRs.length < ENTRIES; i++) {
    const [second, third] = [i % 200, (i / 200) | 0];
    if (third === 0) lists.masqueradeCIDRs.push(`10.${second}.0.0/16`);
    lists.nonMasqueradeCIDRs.push(`10.${second}.${third}.0/24`);
    lists.masqueradeCIDRs.push(`10.${second}.${third}.16/28`);
  }
  const text = Object.entries(lists).map(([key, list]) => `${key}:\n${list.map((cidr) => `- ${cidr}\n`).join("")}`);
  return `cidrLimit: ${ENTRIES * 2}\n${text.join("")}`;
}

export async function printPolicy() {
  /** @type {typeof import("../src/config/index.ts")} */
  const { parseConfig } = await load("src/config/index.ts");
  /** @type {typeof import("../src/policy/index.ts")} */
  const { compilePolicy, decide, explain, spaceOf } = await load("src/policy/index.ts");
  /** @type {typeof import("../src/backends/iptables/index.ts")} */
  const { render } = await load("src/backends/iptables/index.ts");
  const text = writeConfig();
  writeFileSync(FILE, text);
  writeFileSync(EMPTY, "");
  const { config } = parseConfig(text, { file: FILE, ipv6: false, reservedRanges: false });
  if (!config) throw new Error("the config of the bench is invalid");
  const options = { chain: "IP-MASQ-AGENT", ipv6: false, randomFully: true, ports: [] };
  const policy = compilePolicy(config, options);
  const packets = Array.from({ length: 100 }, (_, i) => ({ destination: `10.${i}.7.${i}` }));
  const run = (/** @type {string[]} */ ...words) => {
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const times = takeTurns(
    {
      parse: () => void parseConfig(text, { file: FILE, ipv6: false, reservedRanges: false }),
      compile: () => void compilePolicy(config, options).map((part) => spaceOf([part], part.family)),
      render: () => void render(compilePolicy(config, options)),
      decide: () => void decide(policy, packets),
      block: () => void explain(policy, ["10.0.0.0/8"]),
      explain: () => run(AGENT, "explain", "10.1.2.3", `--config=${FILE}`),
      node: () => run(EMPTY),
    },
    { rounds: ROUNDS, warmUp: 3 },
  );
  const took = (/** @type {keyof typeof times} */ name) => median(times[name]);
  console.log(`\n${ENTRIES} entries, alternately kept and masqueraded, nested three deep: medians of ${ROUNDS}, ms`);
  printTable([
    ["", "measured", "target"],
    ["text to config", show(took("parse")), ""],
    ["config to policy, its space cut into segments", show(took("compile")), verdict(took("compile"), COMPILE_TARGET)],
    ["config to rules of iptables", show(took("render")), ""],
    ["decide 100 packets", show(took("decide")), ""],
    ["explain 10.0.0.0/8, all parts of it", show(took("block")), ""],
    ["explain an address, start to exit", show(took("explain")), ""],
    ["the empty runtime, start to exit", show(took("node")), ""],
  ]);
}
