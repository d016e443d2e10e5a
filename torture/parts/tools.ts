// Each external program misbehaves, at each of its calls in turn.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { addNamespace, inside, removeNamespace, runInside } from "../../demo/network.mjs";
import {
  agent,
  choice,
  configFlag,
  type Place,
  RUNTIMES,
  type Runtime,
  run,
  withFolder,
} from "../../test/kernel/harness.ts";
import { anonymousBytes } from "../../test/kernel/memory.ts";
import { CONFIGS, look, PLACE_NAMES, sleep, startAgent, until, wholeLooks } from "../node.ts";
import type { Part, Try } from "../part.ts";

const TOOLS: Readonly<Record<Place, readonly string[]>> = {
  nft: ["iptables-nft", "iptables-nft-restore", "nft", "conntrack"],
  legacy: ["iptables-legacy-save", "iptables-legacy-restore", "iptables-legacy", "conntrack"],
  nftables: ["nft", "conntrack"],
};

/** What a tool does instead of its work, as a shell script that gets `$real`. */
const DEEDS: Readonly<Record<string, string>> = {
  fails: "echo 'no luck' >&2; exit 4",
  "is slow": 'sleep 1; exec "$real" "$@"',
  "prints garbage": "cat > /dev/null; printf '<html>\\0\\377-A POSTROUTING -j IP-MASQ-AGENT\\n'; exit 0",
  "prints nothing": "cat > /dev/null; exit 0",
  "prints 100 MB": "head -c 100000000 /dev/zero | tr '\\0' x; exit 0",
  "complains for 100 MB": "head -c 100000000 /dev/zero | tr '\\0' x >&2; exit 1",
  "is killed": "kill -9 $$",
  "reads and is killed": "cat > /dev/null; kill -9 $$",
  "prints half": '"$real" "$@" > "$0.out"; head -c $(($(wc -c < "$0.out") / 2)) "$0.out"; exit 0',
  "reads half": 'cat > "$0.in"; head -c $(($(wc -c < "$0.in") / 2)) "$0.in" | "$real" "$@"; exit $?',
  "leaves a child": 'sleep 300 > /dev/null 2>&1 < /dev/null & exec "$real" "$@"',
};
const HANGS: Readonly<Record<string, string>> = { hangs: "exec sleep 300" };

/** How long a hung tool is waited for (30 s), and some reserve. */
const HANG_MS = 40_000;

/** The maximum anonymous memory of an agent at any time, in bytes: below the chart's limit, with the tools. */
const MOST_MEMORY = 300e6;

/** Later calls than this happen only in an agent that tries again. */
const CALLS = 8;

/** A folder of tools that comes first in the PATH; one of them misbehaves at one of its calls. */
function misbehaving(folder: string, tool: string, call: number, deed: string): { PATH: string } {
  const bin = `${folder}/bin`;
  mkdirSync(bin);
  const script = `#!/bin/sh
real=/usr/sbin/${tool}
n=$(cat "$0.calls" 2> /dev/null || echo 0)
echo $((n + 1)) > "$0.calls"
if [ "$n" = ${call} ]; then
${deed}
fi
exec "$real" "$@"
`;
  writeFileSync(`${bin}/${tool}`, script);
  chmodSync(`${bin}/${tool}`, 0o755);
  return { PATH: `${bin}:${process.env.PATH}` };
}

/** Runs a command with a tool missing: /usr/sbin has links to all the others. */
function without(folder: string, tool: string, command: readonly string[]): readonly string[] {
  const script = `mkdir ${folder}/sbin && mount --bind /usr/sbin ${folder}/sbin && mount -t tmpfs none /usr/sbin || exit 99
for one in ${folder}/sbin/*; do
  [ "\${one##*/}" = ${tool} ] || ln -s "$one" /usr/sbin/
done
exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, "sh", ...command];
}

/** Runs an agent to its end; also returns its maximum memory. */
async function runMeasured({ node, runtime }: Case, args: readonly string[], env: Record<string, string>) {
  const { child, ended } = startAgent(node, args, env, RUNTIMES[runtime]);
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, anonymousBytes(child.pid ?? 0));
  }, 20);
  const { exit, stderr } = await ended;
  clearInterval(timer);
  return { exit, stderr, most };
}

interface Case {
  readonly node: string;
  readonly folder: string;
  readonly place: Place;
  readonly tool: string;
  readonly runtime: Runtime;
  readonly whole: ReadonlySet<string>;
  /** The addresses in the desired rules. */
  readonly wanted: string;
}

function fail({ place, tool, runtime }: Case, what: string, more: string): never {
  throw new Error(`${place}, ${tool}, ${runtime}: ${what}\n${more.slice(0, 2_000)}`);
}

/** One apply: it does its work or names the tool, and in both cases the rules are complete. */
async function apply(one: Case, env: Record<string, string>, { took, count }: Try): Promise<void> {
  const begin = performance.now();
  const { exit, stderr, most } = await runMeasured(one, ["apply", ...choice(one.place), one.wanted], env);
  took("apply with a misbehaving tool", performance.now() - begin);
  count(exit === 0 ? "applies that worked" : "applies that failed with a reason");
  if (exit !== 0 && !stderr.includes(one.tool)) fail(one, `exit ${exit}, and the tool is not named`, stderr);
  if (/^ {4}at /m.test(stderr)) fail(one, "a stack trace", stderr);
  if (most > MOST_MEMORY) fail(one, `it took ${Math.round(most / 1e6)} MB`, stderr);
  const seen = await look(one.node, one.place);
  if (!one.whole.has(seen) || seen === "")
    fail(one, `the rules are not complete after exit ${exit}`, `${seen}\n${stderr}`);
}

/** One running agent: it reports the failure, and does its work at the next opportunity. */
async function follow(one: Case, env: Record<string, string>): Promise<void> {
  const args = [...choice(one.place), one.wanted];
  const { child, ended } = startAgent(one.node, args, env, RUNTIMES[one.runtime]);
  try {
    const last = [...one.whole].at(-1);
    await until(async () => (await look(one.node, one.place)) === last, `${one.place}, ${one.tool}: never repaired`);
    child.kill("SIGTERM");
    const { exit, stderr } = await ended;
    if (exit !== 0) fail(one, `run ended with ${exit}`, stderr);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function attempt(tools: Try, node: string, folder: string): Promise<void> {
  const { random, count, timeLeft } = tools;
  const place = random.pick(PLACE_NAMES);
  const tool = random.pick(TOOLS[place]);
  const flags = Object.entries(CONFIGS).map(([name, text]) => configFlag(folder, text, `${name}.yaml`));
  const whole = await wholeLooks(node, place, flags);
  const [first = "", wanted = ""] = flags;
  await agent(node, ["apply", ...choice(place), first]);
  const runtime = random.chance(0.8) ? ("node" as const) : ("deno" as const);
  const one = { node, folder, place, tool, runtime, whole, wanted };
  if (random.chance(0.1)) await missing(one);
  else {
    const deeds = timeLeft() > HANG_MS ? { ...DEEDS, ...HANGS } : DEEDS;
    const [name, deed] = random.pick(Object.entries(deeds));
    const call = random.below(random.chance(0.6) ? 3 : CALLS);
    try {
      const env = misbehaving(folder, tool, call, deed);
      if (random.chance(0.25) && name !== "hangs") await follow(one, env);
      else await apply(one, env, tools);
    } catch (error) {
      throw new Error(`it ${name} at call ${call + 1}: ${(error as Error).message}`);
    }
    count(`tools: ${name}`);
  }
  // Processes that a tool itself has left running are not ours; ours must be gone.
  const left = () => runInside(node, ["sh", "-c", "ip netns pids $(basename $0) | xargs -r ps -o args= -p", node]);
  const ours = () =>
    left()
      .split("\n")
      .filter((line) => line !== "" && !/^sleep 300|^ps |^xargs |^sh -c|^ip netns/.test(line));
  await until(
    () => ours().length === 0,
    () => `${place}, ${tool}: left running: ${ours().join("; ")}`,
    3_000,
  );
  const { exit, stderr } = await agent(node, ["apply", ...choice(place), wanted]);
  if (exit !== 0 || (await look(node, place)) !== [...whole].at(-1))
    fail(one, "the next apply does not repair the rules", stderr);
}

async function missing(one: Case): Promise<void> {
  const command = without(one.folder, one.tool, [...RUNTIMES[one.runtime], "apply", ...choice(one.place), one.wanted]);
  const [file, args] = inside(one.node, [...command]);
  const { exit, stderr } = await run([file, ...args]);
  if (exit !== 0 && !stderr.includes(one.tool.replace(/-.*/, ""))) fail(one, "missing, but not named", stderr);
  const seen = await look(one.node, one.place);
  if (!one.whole.has(seen) || seen === "") fail(one, "missing, and the rules are not complete", `${seen}\n${stderr}`);
}

/** Ends the processes that fakes have left in a namespace. */
async function endAll(node: string): Promise<void> {
  runInside(node, ["sh", "-c", "ip netns pids $0 | grep -vx $$ | xargs -r kill -9 2> /dev/null; true", node]);
  await sleep(20);
}

export const tools: Part = {
  name: "tools",
  about:
    "programs that are missing, fail, hang, flood, die or do half their work: the rules stay complete, and the error names the program",
  share: 3,
  open: async () => ({
    attempt: (one) =>
      withFolder(async (folder) => {
        const node = addNamespace("tools");
        try {
          await attempt(one, node, folder);
        } finally {
          await endAll(node);
          removeNamespace(node);
        }
      }),
    close: async () => {},
  }),
};
