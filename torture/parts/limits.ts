// Too few resources of every kind: files, processes, memory, capabilities, shared memory, inotify, a lock.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { kubeRules } from "../../bench/kube-rules.mjs";
import { addNamespace, inside, removeNamespace, runInside } from "../../demo/network.mjs";
import { agent, choice, configFlag, type Place, RUNTIMES, run, withFolder } from "../../test/kernel/harness.ts";
import { type Cgroups, CHART_MEMORY, openCgroups } from "../cgroups.ts";
import { CONFIGS, look, PLACE_NAMES, until, wholeLooks } from "../node.ts";
import type { Part, Try } from "../part.ts";

/** A limit: the command that runs another command under it; `undefined` if the limit is not available here. */
interface Limit {
  readonly name: string;
  wrap(command: readonly string[], one: Case): readonly string[] | undefined;
  /** Must the work still be done? Otherwise it may fail, with an error that gives the reason. */
  readonly harmless?: boolean;
}

interface Case {
  readonly node: string;
  readonly folder: string;
  readonly place: Place;
  readonly cgroups: Cgroups;
}

/** Runs in a mount namespace, after some preparation. */
const mounted = (script: string) => (command: readonly string[]) => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `${script} || exit 99; exec "$@"`,
  "sh",
  ...command,
];
const limited = (option: string) => (command: readonly string[]) => ["prlimit", option, ...command];
const without = (capability: string) => (command: readonly string[]) => [
  "setpriv",
  `--bounding-set=-${capability}`,
  `--inh-caps=-${capability}`,
  ...command,
];

const LIMITS: readonly Limit[] = [
  ...[24, 40, 64, 128].map((files) => ({ name: `${files} files`, wrap: limited(`--nofile=${files}`) })),
  { name: "1,024 files", wrap: limited("--nofile=1024"), harmless: true },
  { name: "files of zero bytes", wrap: limited("--fsize=0") },
  {
    name: "no core, no locked memory",
    wrap: (command) => ["prlimit", "--core=0", "--memlock=0", ...command],
    harmless: true,
  },
  { name: "a stack of 256 KiB", wrap: limited("--stack=262144") },
  {
    name: "/dev/shm is full",
    wrap: mounted("mount -t tmpfs -o size=4k none /dev/shm && head -c 4096 /dev/zero > /dev/shm/x"),
    harmless: true,
  },
  { name: "/dev/shm is read-only", wrap: mounted("mount -t tmpfs -o ro none /dev/shm"), harmless: true },
  {
    name: "no /dev/shm",
    wrap: mounted(
      "umount /dev/shm 2> /dev/null; mount -t tmpfs none /dev && mknod /dev/null c 1 3 && mknod /dev/urandom c 1 9",
    ),
    harmless: true,
  },
  { name: "/run is read-only", wrap: mounted("mount -t tmpfs none /run && mount -o remount,ro /run") },
  ...["net_admin", "net_raw", "sys_ptrace", "dac_override", "kill"].map((one) => ({
    name: `no CAP_${one.toUpperCase()}`,
    wrap: without(one),
    ...(one === "net_admin" || one === "net_raw" ? {} : { harmless: true }),
  })),
  {
    name: "an unprivileged user",
    wrap: (command) => [
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--bounding-set=-all",
      "--inh-caps=-all",
      ...command,
    ],
  },
  { name: "8 processes", wrap: (command, { cgroups }) => cgroups.wrap("pids", 8, command) },
  { name: "16 processes", wrap: (command, { cgroups }) => cgroups.wrap("pids", 16, command) },
  {
    name: "the chart's memory",
    wrap: (command, { cgroups }) => cgroups.wrap("memory", CHART_MEMORY, command),
    harmless: true,
  },
  { name: "96 MiB", wrap: (command, { cgroups }) => cgroups.wrap("memory", 96 << 20, command) },
];

/** A config of almost 1 MiB: 55,000 CIDRs. */
const LARGE = JSON.stringify({
  cidrLimit: 100_000,
  nonMasqueradeCIDRs: Array.from({ length: 55_000 }, (_, i) => `10.${i >> 12}.${(i >> 4) & 255}.${(i & 15) * 16}/28`),
});

/** kube-proxy services with 8 rules each. For 100,000 rules iptables-nft-restore takes minutes, and the legacy variant seconds. */
const SERVICES: Readonly<Record<Place, number>> = { nft: 1_000, legacy: 12_500, nftables: 1_000 };

/** The agent and its tools stay within the chart's limit with the largest config, and with very many rules of other programs. */
async function attemptLarge({ random, count, took }: Try, { node, folder, place, cgroups }: Case): Promise<void> {
  const isConfig = random.chance(0.5);
  const flag = configFlag(folder, isConfig ? LARGE : CONFIGS.a, "large.yaml");
  if (!isConfig) {
    const tool = place === "legacy" ? "iptables-legacy-restore" : "iptables-nft-restore";
    runInside(node, [tool, "--noflush"], kubeRules(SERVICES[place], 2, "ipv4"));
  }
  const command = cgroups.wrap("memory", CHART_MEMORY, [...RUNTIMES.node, "apply", ...choice(place), flag]);
  if (!command) return;
  const [file, args] = inside(node, [...command]);
  const begin = performance.now();
  const { exit, stderr } = await run([file, ...args]);
  const what = isConfig ? "55,000 CIDRs" : `${SERVICES[place] * 8} foreign rules`;
  took(`apply within the chart's memory limit, ${what}`, performance.now() - begin);
  if (exit !== 0) throw new Error(`the chart's memory, ${place}, ${what}: exit ${exit}\n${stderr}`);
  count("large applies within the chart's memory limit");
}

/** Without inotify a config change is found at the next resync, and the agent reports this. */
async function attemptWithoutInotify({ count, took }: Try, { folder }: Case): Promise<void> {
  const flag = configFlag(folder, CONFIGS.a);
  const service = `echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"`;
  const command = [...RUNTIMES.node, "--iptables-variant=nft", flag];
  // A user namespace has a separate limit, which affects no other process.
  const child = spawn("unshare", ["-Urn", "sh", "-c", service, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((done) => child.on("close", done));
  let log = "";
  child.stderr.on("data", (data) => {
    log += data;
  });
  const rules = async () => {
    const inNamespace = ["nsenter", `--target=${child.pid}`, "--user", "--net", "--preserve-credentials"];
    return (await run([...inNamespace, "iptables-nft", "-t", "nat", "-S", "IP-MASQ-AGENT"])).stdout;
  };
  try {
    await until(
      async () => (await rules()).includes("-d 192.168.0.0/16 "),
      () => `no rules without inotify:\n${log}`,
    );
    configFlag(folder, CONFIGS.b);
    const begin = performance.now();
    await until(
      async () => (await rules()).includes("-d 100.64.0.0/10 "),
      () => `a config change is not found:\n${log}`,
    );
    took("change found without inotify", performance.now() - begin);
    if (!/cannot watch/.test(log)) throw new Error(`the missing inotify is not reported:\n${log}`);
    count("agents without inotify");
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function attempt({ random, count, took }: Try, one: Case): Promise<void> {
  const { node, folder, place, cgroups } = one;
  const flags = Object.entries(CONFIGS).map(([name, text]) => configFlag(folder, text, `${name}.yaml`));
  const whole = await wholeLooks(node, place, flags);
  const [first = "", wanted = ""] = flags;
  await agent(node, ["apply", ...choice(place), first]);
  const { name, wrap, harmless = false } = random.pick(LIMITS);
  const runtime = random.chance(0.8) ? ("node" as const) : ("deno" as const);
  const command = wrap([...RUNTIMES[runtime], "apply", ...choice(place), wanted], { node, folder, place, cgroups });
  if (!command) return;
  const [file, args] = inside(node, [...command]);
  const begin = performance.now();
  const { exit, stdout, stderr } = await run([file, ...args]);
  took("apply under a limit", performance.now() - begin);
  const told = `${name}, ${place}, ${runtime}: exit ${exit}`;
  const output = `${stdout}\n${stderr}`.slice(0, 2_000);
  if (harmless && exit !== 0) throw new Error(`${told}, though the limit is harmless\n${output}`);
  if (exit !== 0 && stderr.trim() === "" && exit !== null) throw new Error(`${told}, and no error was printed`);
  const seen = await look(node, place);
  if (seen === "" || !whole.has(seen)) throw new Error(`${told}, and the rules are not complete:\n${seen}\n${output}`);
  const again = await agent(node, ["apply", ...choice(place), wanted]);
  if (again.exit !== 0) throw new Error(`${told}, and the next apply fails without a limit:\n${again.stderr}`);
  count(exit === 0 ? `worked: ${name}` : `failed with a reason: ${name}`);
}

/** The longest time that iptables waits for its lock, in seconds. */
const LOCK_WAIT = 10;

/** The iptables lock is held: the agent waits for it, or reports its holder. */
async function attemptLock({ random, took, count, timeLeft }: Try, { node, folder, place }: Case): Promise<void> {
  const env = { XTABLES_LOCKFILE: `${folder}/lock` };
  writeFileSync(env.XTABLES_LOCKFILE, "");
  const flag = configFlag(folder, CONFIGS.a);
  const seconds = random.pick(timeLeft() > 30_000 ? [1, 4, LOCK_WAIT + 5] : [1, 4]);
  const holder = spawn("flock", [env.XTABLES_LOCKFILE, "sleep", String(seconds)], { detached: true });
  const released = new Promise((done) => holder.on("close", done));
  try {
    const begin = performance.now();
    const { exit, stderr } = await agent(node, ["apply", ...choice(place), flag], { env });
    took("apply while the lock is held", performance.now() - begin);
    const told = `${place}: the lock is held for ${seconds} s: exit ${exit}\n${stderr}`;
    const mayFail = seconds > LOCK_WAIT && place === "legacy";
    if (exit !== 0 && !mayFail) throw new Error(told);
    if (exit !== 0 && !/the lock is held by (flock|sleep) \(pid \d+\)/.test(stderr))
      throw new Error(`${told}\nthe holder is not reported`);
    count("locks waited for");
  } finally {
    if (holder.pid && holder.exitCode === null) process.kill(-holder.pid, "SIGKILL");
    await released;
  }
}

export const limits: Part = {
  name: "limits",
  about:
    "few files, processes, memory or capabilities, no /dev/shm, a held lock: the work is done, or nothing is and the error says why",
  share: 1.5,
  open: async () => {
    const cgroups = openCgroups();
    return {
      attempt: (tools) =>
        withFolder(async (folder) => {
          const node = addNamespace("limits");
          try {
            const one = { node, folder, place: tools.random.pick(PLACE_NAMES), cgroups };
            const kinds = [attemptLock, attemptWithoutInotify, ...(tools.timeLeft() > 60_000 ? [attemptLarge] : [])];
            await (tools.random.chance(0.2) ? tools.random.pick(kinds) : attempt)(tools, one);
          } finally {
            removeNamespace(node);
          }
        }),
      close: async () => cgroups.close(),
    };
  },
};
