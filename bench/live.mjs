// @ts-check
// impact --live on a node with 100,000 connections: reads them from the kernel, and judges each with two configs.
import { existsSync, writeFileSync } from "node:fs";
import { addNamespace, inside, removeNamespace, runInside } from "../demo/network.mjs";
import { median, printTable, runTo, show, takeTurns, verdict, version } from "./figures.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const DENO = "node_modules/.bin/deno";
const CONNECTIONS = 100_000;
const OLD = "build/bench-live-old.yaml";
const NEW = "build/bench-live-new.yaml";

/** Odd, so that there is a median. */
const ROUNDS = 7;

/** The kernel accepts translated connections only if there is a NAT table. */
const NAT = "add table ip bench\nadd chain ip bench post { type nat hook postrouting priority 100; }\n";

/** Commands that add connections from 4,096 pod ports to as many destinations, every second one masqueraded. */
function commands() {
  return Array.from({ length: CONNECTIONS }, (_, i) => {
    const source = `10.244.${(i >> 8) % 16}.${i & 255}`;
    const destination = `203.0.${(i >> 8) & 255}.${i & 255}`;
    const port = 1024 + (i % 60_000);
    const seen = i % 2 === 0 ? `-q ${source}` : "-n 192.0.2.1";
    const ends = `-s ${source} -d ${destination} -r ${destination} ${seen}`;
    const ports = `--sport ${port} --dport 53 --reply-port-src 53 --reply-port-dst ${port}`;
    return `-A -t 3600 -u SEEN_REPLY ${ends} -p udp ${ports}\n`;
  }).join("");
}

export async function printLive() {
  console.log(`\nimpact --live with ${CONNECTIONS.toLocaleString("en")} connections, start to exit: ms`);
  if (version("conntrack") === undefined) return console.log("  missing: conntrack");
  writeFileSync(OLD, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
  writeFileSync(NEW, "nonMasqueradeCIDRs: [10.0.0.0/8, 203.0.0.0/17]\n");
  const node = addNamespace("bench");
  try {
    runInside(node, ["nft", "-f", "-"], NAT);
    const file = "build/bench-live.txt";
    writeFileSync(file, commands());
    runInside(node, ["conntrack", "-R", file]);
    const words = [AGENT, "impact", "--live", `--config=${OLD}`, `--to=${NEW}`, "--output=json"];
    const { changed } = JSON.parse(runInside(node, [process.execPath, ...words]));
    if (changed < CONNECTIONS / 3) throw new Error(`only ${changed} connections would change`);
    const hasDeno = existsSync(DENO);
    /** @param {string[]} command */
    const run = (command) => {
      const [program, args] = inside(node, command);
      runTo([program, ...args], "/dev/null");
    };
    const times = takeTurns(
      {
        node: () => run([process.execPath, ...words]),
        deno: () => hasDeno && run([DENO, "run", "-A", "--no-lock", ...words]),
        file: () => run(["cat", "/proc/net/nf_conntrack"]),
        tool: () => run(["conntrack", "-L", "-o", "extended,id"]),
        idle: () => run([process.execPath, AGENT, "version"]),
      },
      { rounds: ROUNDS },
    );
    const all = median(times.node);
    printTable([
      ["", "ms", "target"],
      ["Node", show(all), verdict(all, 1000)],
      ["Deno", hasDeno ? show(median(times.deno)) : "missing", ""],
      ["the kernel's file alone, read by cat", show(median(times.file)), ""],
      ["conntrack -L alone", show(median(times.tool)), ""],
      ["Node alone, ip-masq-agent version", show(median(times.idle)), ""],
    ]);
  } finally {
    removeNamespace(node);
  }
}
