// @ts-check
// Listening to the kernel's reports of changes: how soon a change by another program is undone, and what listening costs or saves.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { addNamespace, inside, removeNamespace, runInside } from "../demo/network.mjs";
import { childrenCpu } from "./cpu.mjs";
import { median, printTable, show, verdict } from "./figures.mjs";
import { kubeRules } from "./kube-rules.mjs";
import { sleep, start } from "./start.mjs";

const AGENT = "dist/ip-masq-agent.mjs";
const CONFIG = "build/bench-watch.yaml";
const CHANGES = 20;

/** Milliseconds from a change to its repair; percent of a processor; and a share of the cost of the established agent's commands. */
const TARGETS = { heal: 150, storm: 20, inSync: 0.1 };

/** The commands that the established agent runs at each resync, whatever it finds. */
const ESTABLISHED = `
  iptables-nft -w 5 -t nat -N IP-MASQ-AGENT
  iptables-nft -w 5 -t nat -C POSTROUTING -m addrtype ! --dst-type LOCAL -j IP-MASQ-AGENT
  printf '*nat\n:IP-MASQ-AGENT - [0:0]\n-A IP-MASQ-AGENT -d 10.0.0.0/8 -j RETURN\n-A IP-MASQ-AGENT -j MASQUERADE\nCOMMIT\n' |
    iptables-nft-restore -w 5 --noflush`;
const ESTABLISHED_RUNS = 20;

/** Services in other programs' rules, 8 rules each, and how many seconds resyncs, 100 ms apart, are metered. */
const IN_SYNC = { services: 5_000, seconds: 30 };

/** What another program commits in the storm: transactions per second, rules in each, and for how many seconds. */
const STORM = { transactions: 100, rules: 50, seconds: 10 };

/** Milliseconds after which the agent is certain to listen. */
const READY_MS = 6_000;

const KINDS = [
  {
    name: "nftables",
    flags: ["--backend=nftables"],
    change: ["nft", "flush", "chain", "ip", "ip-masq-agent", "postrouting"],
    undone: /^add rule ip ip-masq-agent postrouting .*vmap/,
  },
  {
    name: "iptables-nft",
    flags: ["--backend=iptables", "--iptables-variant=nft"],
    change: ["iptables-nft", "-t", "nat", "-F", "IP-MASQ-AGENT"],
    undone: /^add rule ip nat IP-MASQ-AGENT .*masquerade/,
  },
];

/**
 * Milliseconds from the kernel's event for a change to its event for the repair.
 * @param {string} namespace
 * @param {typeof KINDS[number]} kind
 */
async function measureHeal(namespace, { change, undone }) {
  /** @type {(line: string) => void} */
  let seen = () => {};
  const monitor = start(namespace, ["nft", "monitor"], (line) => seen(line));
  await sleep(500);
  const times = [];
  for (let i = 0; i < CHANGES; i++) {
    const took = new Promise((done) => {
      let at = 0;
      seen = (line) => {
        if (at === 0 && line.startsWith("delete rule")) at = performance.now();
        else if (at > 0 && undone.test(line)) done(performance.now() - at);
      };
    });
    runInside(namespace, change);
    times.push(await took);
    await sleep(200);
  }
  await monitor.stop();
  return times;
}

/**
 * Seconds of CPU time of a process, of the processes that it has waited for, and of those that it has started and that still run.
 * @param {number} pid
 */
function cpuOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  const seconds = (/** @type {number} */ one, /** @type {number} */ fields) => {
    const text = readFileSync(`/proc/${one}/stat`, "utf8");
    const values = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 11 + fields);
    return values.reduce((sum, value) => sum + Number(value), 0) / 100;
  };
  return children.reduce((sum, child) => sum + seconds(Number(child), 2), seconds(pid, 4));
}

/**
 * Percent of a processor that the agent and its listener take while another program commits.
 * @param {string} namespace
 * @param {number} pid
 */
async function measureStorm(namespace, pid) {
  runInside(namespace, ["nft", "-f", "-"], "table ip storm {\n\tchain rules {\n\t}\n}\n");
  const writer = start(namespace, ["nft", "-i"]);
  const { transactions, rules, seconds } = STORM;
  const begin = performance.now();
  const before = cpuOf(pid);
  for (let i = 0; i < transactions * seconds; i++) {
    const added = Array.from(
      { length: rules },
      (_, j) => `add rule ip storm rules ip saddr 10.${i % 250}.${j}.1 tcp dport ${j + 1} counter accept`,
    );
    writer.child.stdin.write(`${[...(i % 5 === 0 ? ["flush chain ip storm rules"] : []), ...added].join("; ")}\n`);
    await sleep(Math.max(0, begin + ((i + 1) * 1000) / transactions - performance.now()));
  }
  const part = ((cpuOf(pid) - before) / (performance.now() - begin)) * 1e5;
  await writer.stop();
  return part;
}

/**
 * The number of syncs in the agent's metrics.
 * @param {string} namespace
 */
function countSyncs(namespace) {
  const fetch = 'console.log(await (await fetch("http://127.0.0.1:9410/metrics")).text())';
  const page = runInside(namespace, [process.execPath, "--input-type=module", "-e", fetch]);
  const counts = [...page.matchAll(/^ip_masq_agent_syncs_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * CPU milliseconds of a resync in sync with other programs' rules, as the average of all resyncs; and of the established agent's commands.
 * @param {typeof KINDS[number]} kind
 */
async function measureInSync({ flags }) {
  const namespace = addNamespace("bench");
  runInside(namespace, ["iptables-nft-restore"], kubeRules(IN_SYNC.services, 2, "ipv4"));
  const [file, args] = inside(namespace, ["sh", "-c", ESTABLISHED]);
  const before = childrenCpu();
  for (let i = 0; i < ESTABLISHED_RUNS; i++) spawnSync(file, args);
  const established = (childrenCpu() - before) / ESTABLISHED_RUNS;

  writeFileSync(CONFIG, "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 100ms\n");
  const command = [process.execPath, AGENT, `--config=${CONFIG}`, "--metrics-bind-address=127.0.0.1:9410", ...flags];
  const agent = start(namespace, command);
  await sleep(READY_MS);
  const pid = agent.child.pid ?? 0;
  const [syncs, cpu] = [countSyncs(namespace), cpuOf(pid)];
  await sleep(IN_SYNC.seconds * 1000);
  const spent = cpuOf(pid) - cpu;
  const ours = (spent * 1000) / (countSyncs(namespace) - syncs);
  await agent.stop();
  removeNamespace(namespace);
  return { ours, established };
}

/** Prints the cost of a resync while the agent listens. */
async function printInSync() {
  const rows = [];
  for (const kind of KINDS) {
    const { ours, established } = await measureInSync(kind);
    const part = ours / established;
    rows.push([kind.name, show(ours), show(established), part.toFixed(2), verdict(part, TARGETS.inSync)]);
  }
  console.log("\nA resync in sync with 40,000 rules of other programs, while the agent listens: CPU ms");
  printTable([["backend", "agent", "established agent's three commands", "ratio", "target"], ...rows]);
}

export async function printWatch() {
  mkdirSync("build", { recursive: true });
  writeFileSync(CONFIG, "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 1h\n");
  const rows = [];
  for (const kind of KINDS) {
    const namespace = addNamespace("bench");
    const agent = start(namespace, [process.execPath, AGENT, `--config=${CONFIG}`, ...kind.flags]);
    await sleep(READY_MS);
    const heal = median(await measureHeal(namespace, kind));
    const storm = await measureStorm(namespace, agent.child.pid ?? 0);
    const listens =
      execFileSync("ip", ["netns", "pids", namespace], { encoding: "utf8" }).trim().split("\n").length > 1;
    await agent.stop();
    removeNamespace(namespace);
    rows.push([
      kind.name,
      show(heal),
      verdict(heal, TARGETS.heal),
      show(storm),
      verdict(storm, TARGETS.storm),
      listens ? "listens" : "polls",
    ]);
  }
  console.log(
    `\nTime until a change by another program is undone: ms, median of ${CHANGES}; percent of a processor that the agent and its` +
      ` listener take\nwhile another program commits ${STORM.transactions} transactions of ${STORM.rules} rules a second`,
  );
  printTable([["backend", "undone", "target", "processor", "target", "afterwards"], ...rows]);
  await printInSync();
}
