// An agent at its shortest interval, with drift, config changes and scrapes: its resources do not grow.
import { readdirSync } from "node:fs";
import { addNamespace, removeNamespace, runInside } from "../../demo/network.mjs";
import { choice, configFlag, type Place, type Runtime, run, withFolder } from "../../test/kernel/harness.ts";
import { METRICS, serviceCommand } from "../../test/kernel/loop.ts";
import { anonymousBytes } from "../../test/kernel/memory.ts";
import { CONFIGS, look, type Started, sleep, startAgent, until } from "../node.ts";
import type { Part, Try } from "../part.ts";

/** The shortest possible interval. */
const FASTEST = "resyncInterval: 100ms\n";
const texts = Object.values(CONFIGS).map((text) => text.replace(/resyncInterval: .*\n/, FASTEST));

/** The drift in each backend. */
const DRIFT: Readonly<Record<Place, readonly string[]>> = {
  nft: ["iptables-nft", "-t", "nat", "-F", "POSTROUTING"],
  legacy: ["iptables-legacy", "-t", "nat", "-F", "IP-MASQ-AGENT"],
  nftables: ["nft", "delete", "table", "ip", "ip-masq-agent"],
};

/** The maximum growth of memory after it has settled, in bytes, and of file descriptors. */
const MOST_MORE = 24e6;
const MOST_FILES = 24;

const filesOf = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

/** Zombies: children that have ended and were not waited for. */
async function zombiesOf(pid: number): Promise<number> {
  const { stdout } = await run(["ps", "--ppid", String(pid), "-o", "stat="]);
  return stdout.split("\n").filter((state) => state.startsWith("Z")).length;
}

async function disturb({ random, count }: Try, node: string, folder: string, place: Place): Promise<void> {
  configFlag(folder, random.pick(texts));
  count("config changes");
  if (random.chance(0.3)) {
    await run(["nsenter", `--net=/run/netns/${node}`, "--", ...DRIFT[place]]);
    count("drifts");
  }
  if (random.chance(0.2)) {
    const script = "fetch('http://127.0.0.1:9410/metrics').then((r) => r.text()).catch(() => {})";
    runInside(node, [process.execPath, "-e", script]);
    count("scrapes");
  }
  await sleep(50 + random.below(200));
}

/** Disturbs an agent for some time, and compares its resources at the end with those after it had settled. */
async function soakOne(one: Try, node: string, folder: string, place: Place, runtime: Runtime, time: number) {
  const flag = configFlag(folder, texts[0] ?? "");
  const args = [...choice(place), METRICS, flag];
  const { child, ended, log }: Started = startAgent(node, args, {}, serviceCommand(runtime, args));
  const pid = child.pid ?? 0;
  const told = `${runtime}, ${place}`;
  try {
    await until(
      async () => (await look(node, place)) !== "",
      () => `${told}: no rules\n${log()}`,
    );
    const begin = performance.now();
    const spend = async (until: number) => {
      while (performance.now() - begin < until) await disturb(one, node, folder, place);
    };
    await spend(time * 0.3);
    const [memory, files] = [anonymousBytes(pid), filesOf(pid)];
    await spend(time);
    await sleep(500);
    const moreMemory = anonymousBytes(pid) - memory;
    const moreFiles = filesOf(pid) - files;
    one.count(`KB of growth on ${runtime}`, Math.max(0, Math.round(moreMemory / 1000)));
    if (moreMemory > MOST_MORE)
      throw new Error(`${told}: ${Math.round(moreMemory / 1e6)} MB more than after the first third`);
    if (moreFiles > MOST_FILES) throw new Error(`${told}: ${moreFiles} descriptors more`);
    if ((await zombiesOf(pid)) > 1) throw new Error(`${told}: zombies`);
    child.kill("SIGTERM");
    const { exit, stderr } = await ended;
    if (exit !== 0) throw new Error(`${told}: the agent ended with ${exit}\n${stderr.slice(-2_000)}`);
    if (/^E/m.test(stderr)) throw new Error(`${told}: an error was logged\n${stderr.slice(-2_000)}`);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** The maximum duration of one soak, in milliseconds: an hour on each runtime. */
const LONGEST = 3_600_000;

export const soak: Part = {
  name: "soak",
  about: "the shortest interval, with drift, changes and scrapes: no memory, descriptors or zombies are leaked",
  share: 2,
  open: async () => ({
    attempt: async (one) => {
      const time = Math.min(LONGEST, Math.max(4_000, one.timeLeft()));
      const place = one.random.pick(["nft", "legacy", "nftables"] as const);
      const lane = async (runtime: Runtime) => {
        const node = addNamespace("soak");
        try {
          await withFolder((own) => soakOne(one, node, own, place, runtime, time));
        } finally {
          removeNamespace(node);
        }
      };
      await Promise.all([lane("node"), lane("deno")]);
    },
    close: async () => {},
  }),
};
