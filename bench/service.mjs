// @ts-check
// The agent as a service: how soon it follows its config, and how much memory it uses after thousands of resyncs.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { addNamespace, removeNamespace, runInside } from "../demo/network.mjs";
import { sleep, start } from "./start.mjs";

const METRICS = "127.0.0.1:9410";

/** @param {(namespace: string, folder: string) => Promise<T>} use @template T @returns {Promise<T>} */
async function withFolder(use) {
  const namespace = addNamespace("bench");
  const folder = mkdtempSync(`${tmpdir()}/masq-bench-`);
  try {
    return await use(namespace, folder);
  } finally {
    removeNamespace(namespace);
    rmSync(folder, { recursive: true });
  }
}

/**
 * Milliseconds from the rename of a mounted ConfigMap's `..data` to the kernel's event for the rule, for each change.
 * @param {string[]} command the runtime and the bundle
 * @param {number} changes
 */
export function measureFollow(command, changes) {
  return withFolder(async (namespace, folder) => {
    let version = 0;
    /** @param {string} cidr */
    const publish = (cidr) => {
      mkdirSync(`${folder}/..${++version}`);
      writeFileSync(`${folder}/..${version}/config`, `nonMasqueradeCIDRs: [${cidr}]\n`);
      symlinkSync(`..${version}`, `${folder}/..data_tmp`);
      const at = performance.now();
      renameSync(`${folder}/..data_tmp`, `${folder}/..data`);
      rmSync(`${folder}/..${version - 1}`, { recursive: true, force: true });
      return at;
    };
    publish("10.0.0.0/8");
    symlinkSync("..data/config", `${folder}/config`);

    let wanted = "10.0.0.0/8";
    /** @type {(at: number) => void} */
    let seen = () => {};
    const monitor = start(namespace, ["nft", "monitor", "rules"], (line) => {
      if (!line.startsWith("delete") && line.includes(` ${wanted} `)) seen(performance.now());
    });
    await sleep(300);
    /** @type {Promise<number>} */
    const ready = new Promise((done) => {
      seen = done;
    });
    const agent = start(
      namespace,
      [...command, "run", "--iptables-variant=nft", `--config=${folder}/config`],
      () => {},
    );
    await ready;
    await sleep(300);
    const times = [];
    for (let i = 0; i < changes; i++) {
      wanted = `10.${i % 256}.${i >> 8}.0/24`;
      /** @type {Promise<number>} */
      const done = new Promise((resolve, reject) => {
        seen = resolve;
        setTimeout(() => reject(new Error(`${wanted} did not come`)), 10_000).unref();
      });
      const began = publish(wanted);
      times.push((await done) - began);
      // Avoids any multiple of the agent's own timers.
      await sleep(60 + (i % 7) * 10);
    }
    await agent.stop();
    await monitor.stop();
    return times.sort((a, b) => a - b);
  });
}

/** Resyncs between two scrapes. */
const SCRAPE_EVERY = 100;

/**
 * Anonymous memory in MB after each of these numbers of back-to-back resyncs of both families in sync, while metrics are
 * scraped.
 * @param {string[]} command
 * @param {number[]} marks ascending
 */
export function measureMemory(command, marks) {
  return withFolder(async (namespace, folder) => {
    writeFileSync(`${folder}/config`, "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n");
    /** @type {number[]} */
    const memory = [];
    let count = 0;
    await new Promise((done) => {
      const flags = ["--iptables-variant=nft", "--enable-ipv6", "--v=4", `--metrics-bind-address=${METRICS}`];
      const args = ["run", ...flags, `--config=${folder}/config`];
      const ended = new Set();
      const agent = start(namespace, [...command, ...args], (line) => {
        ended.add(/(ipv[46]): (?:in sync|rules: )/.exec(line)?.[1] ?? "");
        if (!ended.has("ipv4") || !ended.has("ipv6")) return;
        ended.clear();
        if (++count % SCRAPE_EVERY === 0) scrape(namespace);
        if (count === marks[memory.length]) memory.push(anonymousMemory(agent.child.pid ?? 0));
        if (memory.length === marks.length) agent.stop().then(done);
        else agent.child.kill("SIGHUP");
      });
    });
    return memory;
  });
}

/** @param {string} namespace */
function scrape(namespace) {
  const page = runInside(namespace, [
    process.execPath,
    "-e",
    `fetch("http://${METRICS}/metrics").then((r) => r.text()).then(console.log)`,
  ]);
  if (!page.includes("rule_connections_total{")) throw new Error(`this is no page of metrics:\n${page}`);
}

/** @param {number} pid */
function anonymousMemory(pid) {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/**
 * The tools that one resync in sync runs, by name.
 * @param {string[]} command
 * @param {"nft" | "legacy"} variant
 * @param {number} resyncs
 */
export function countTools(command, variant, resyncs) {
  return withFolder(async (namespace, folder) => {
    writeFileSync(`${folder}/config`, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
    for (const tool of [variant, `${variant}-save`, `${variant}-restore`]) {
      const script = `#!/bin/sh\necho iptables-${tool} >> ${folder}/calls\nexec /usr/sbin/iptables-${tool} "$@"\n`;
      writeFileSync(`${folder}/iptables-${tool}`, script, { mode: 0o755 });
    }
    let count = 0;
    await new Promise((done) => {
      const env = ["env", `PATH=${folder}:${process.env.PATH}`];
      const args = ["run", `--iptables-variant=${variant}`, "--v=4", `--config=${folder}/config`];
      const agent = start(namespace, [...env, ...command, ...args], (line) => {
        if (!/ipv4: (in sync|rules: )/.test(line)) return;
        // The first sync writes, and is not counted.
        if (count++ === 0) writeFileSync(`${folder}/calls`, "");
        if (count > resyncs) agent.stop().then(done);
        else agent.child.kill("SIGHUP");
      });
    });
    /** @type {Record<string, number>} */
    const calls = {};
    for (const name of readFileSync(`${folder}/calls`, "utf8").trim().split("\n")) calls[name] = (calls[name] ?? 0) + 1;
    return Object.entries(calls)
      .map(([name, times]) => `${name} ${times / resyncs}`)
      .join(", ");
  });
}
