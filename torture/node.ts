// What the parts that need a kernel share: backends, reads of the rules, and agents that are killed.
import { type ChildProcess, spawn } from "node:child_process";
import { inside } from "../demo/network.mjs";
import { agent, choice, PLACES, type Place, RUNTIMES, run } from "../test/kernel/harness.ts";

export const PLACE_NAMES = Object.keys(PLACES) as readonly Place[];

/** Two configs whose rules overlap in part. */
export const CONFIGS = {
  a: "nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16]\nresyncInterval: 200ms\n",
  b: "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12, 100.64.0.0/10]\nmasqLinkLocal: true\nresyncInterval: 200ms\n",
} as const;

const LOOKS: Readonly<Record<Place, readonly string[]>> = {
  nft: ["iptables-nft-save", "-t", "nat"],
  legacy: ["iptables-legacy-save", "-t", "nat"],
  nftables: ["nft", "list", "table", "ip", "ip-masq-agent"],
};

/**
 * The agent's rules in a backend, read with its tool: the chain and the rules that lead to it, or the table; without counters. Empty
 * if there are none.
 */
export async function look(node: string, place: Place): Promise<string> {
  const [file, args] = inside(node, [...LOOKS[place]]);
  const { stdout, stderr, exit } = await run([file, ...args]);
  if (exit !== 0 && !/No such file or directory/.test(stderr)) throw new Error(`${LOOKS[place].join(" ")}: ${stderr}`);
  if (place === "nftables") return stdout.replace(/packets \d+ bytes \d+/g, "");
  const ours = (line: string) => /^(:|-A POSTROUTING .*-j |-A )IP-MASQ-AGENT\b/.test(line);
  return stdout
    .split("\n")
    .filter(ours)
    .join("\n")
    .replace(/\[\d+:\d+\]/g, "");
}

/** The results that a read may have in a backend: the complete rules of each config, or nothing. */
export async function wholeLooks(node: string, place: Place, configs: readonly string[]): Promise<ReadonlySet<string>> {
  const looks = new Set([""]);
  for (const flag of configs) {
    const { exit, stderr } = await agent(node, ["apply", ...choice(place), flag]);
    if (exit !== 0) throw new Error(`apply failed before any fault:\n${stderr}`);
    looks.add(await look(node, place));
  }
  if (looks.size !== configs.length + 1) throw new Error("two configs have the same rules, or none");
  return looks;
}

export interface Started {
  readonly child: ChildProcess;
  /** The end of its output on standard error so far. */
  log(): string;
  /** The exit code and the output on standard error, once it has ended. */
  readonly ended: Promise<{ readonly exit: number | null; readonly stderr: string }>;
}

/** Starts the bundle in a namespace. */
export function startAgent(
  node: string,
  args: readonly string[],
  env: Record<string, string> = {},
  runtime: readonly string[] = RUNTIMES.node,
): Started {
  const [file, rest] = inside(node, [...runtime, ...args]);
  const child = spawn(file, rest, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...env },
  });
  let stderr = "";
  child.stderr?.on("data", (data) => {
    stderr = (stderr + data).slice(-20_000);
  });
  const ended = new Promise<{ exit: number | null; stderr: string }>((done) => {
    child.on("close", (exit) => done({ exit, stderr }));
  });
  return { child, ended, log: () => stderr };
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Waits for a condition; after `milliseconds` throws an error with `what`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  milliseconds = 30_000,
): Promise<void> {
  for (const end = performance.now() + milliseconds; !(await condition()); await sleep(20)) {
    if (performance.now() > end) throw new Error(typeof what === "string" ? what : what());
  }
}
