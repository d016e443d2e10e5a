// @ts-check
// npm start: shows what the agent does, on the real kernel, in scratch namespaces. The host's rules are not touched.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { whyNoKernel } from "../scripts/setup.mjs";
import { ADDRESSES, inside, makeNetwork, runInside } from "./network.mjs";

const AGENT = fileURLToPath(new URL("../dist/ip-masq-agent.mjs", import.meta.url));
const CONFIG = "nonMasqueradeCIDRs:\n  - 10.0.0.0/8\nresyncInterval: 60s\n";

const why = whyNoKernel();
if (why) {
  console.error(`npm start creates network namespaces with iptables rules, which needs Linux and root: ${why}`);
  process.exit(1);
}

const folder = mkdtempSync(`${tmpdir()}/masq-demo-`);
const network = await makeNetwork();
try {
  console.log("A pod, a node and the outside, in their own network namespaces:\n");
  console.log("  pod 10.244.0.2 ── node 192.0.2.1 ── outside 10.99.0.1, 203.0.113.10\n");

  writeFileSync(`${folder}/config.yaml`, CONFIG);
  section("The config");
  console.log(CONFIG.trimEnd());

  section("Before: the outside sees the pod");
  packets();

  section("ip-masq-agent apply --config=config.yaml");
  agent("apply", "--config=config.yaml");

  section("The rules, as the kernel prints them (iptables-save -t nat)");
  const rules = runInside(network.node, [`${variant()}-save`, "-t", "nat"]);
  console.log(rules.replace(/^(#|:[A-Z]+ ACCEPT|\*|COMMIT).*\n/gm, "").trimEnd());

  section("After: destinations in 10.0.0.0/8 see the pod, all others the node");
  packets();

  section("Apply again: nothing to write");
  agent("apply", "--config=config.yaml");

  section("ip-masq-agent explain 10.99.0.1 203.0.113.10 --config=config.yaml");
  agent("explain", "10.99.0.1", "203.0.113.10", "--config=config.yaml");

  section("ip-masq-agent cleanup");
  agent("cleanup");
  const left = runInside(network.node, [`${variant()}-save`, "-t", "nat"]).match(/^-A.*/gm) ?? [];
  console.log(`rules left in table nat: ${left.length}`);
} finally {
  network.close();
  rmSync(folder, { recursive: true });
}
console.log("\nThe namespaces are gone; the host's rules were not touched.");

/** @param {string} title */
function section(title) {
  console.log(`\n== ${title}`);
}

/** Runs the agent on the node, its output shown. @param {string[]} args */
function agent(...args) {
  const [file, rest] = inside(network.node, [process.execPath, AGENT, ...args]);
  const { status } = spawnSync(file, rest, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`ip-masq-agent ${args.join(" ")}: exit ${status}`);
}

/** The tools that plain iptables stands for. */
function variant() {
  return runInside(network.node, ["iptables", "-V"]).includes("nf_tables") ? "iptables-nft" : "iptables-legacy";
}

function packets() {
  const { inside: near, outside: far } = ADDRESSES.ipv4;
  const targets = [near, far].flatMap((host) => [
    { protocol: /** @type {const} */ ("tcp"), host },
    { protocol: /** @type {const} */ ("udp"), host },
  ]);
  const seen = network.send(network.pod, targets);
  for (const [i, { protocol, host }] of targets.entries()) {
    const source = seen[i]?.[0]?.address;
    const who = source === ADDRESSES.ipv4.pod ? "the pod" : "the node";
    console.log(`${protocol} to ${host.padEnd(13)} arrived from ${source?.padEnd(10)}  (${who})`);
  }
}
