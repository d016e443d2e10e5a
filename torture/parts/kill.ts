// SIGKILL at any moment, with readers and other writers: every read finds the rules complete.
import { renameSync } from "node:fs";
import { kubeRules } from "../../bench/kube-rules.mjs";
import { addNamespace, inside, removeNamespace } from "../../demo/network.mjs";
import { agent, choice, configFlag, type Place, run, withFolder } from "../../test/kernel/harness.ts";
import type { Random } from "../../test/random-of.ts";
import { CONFIGS, look, PLACE_NAMES, sleep, startAgent, wholeLooks } from "../node.ts";
import type { Part, Try } from "../part.ts";

interface Case {
  readonly node: string;
  readonly folder: string;
  readonly place: Place;
  readonly flags: readonly string[];
  readonly whole: ReadonlySet<string>;
}

const NFT_GONE = "table ip ip-masq-agent {\n}\n";

/** The problem of a read, if any. Other programs may flush rules, but there must be one jump, to a complete chain. */
export function flawOf(seen: string, place: Place, whole: ReadonlySet<string>): string | undefined {
  if (whole.has(seen)) return undefined;
  // No writer creates a table without our comment: nft prints one if the table is deleted while it is being listed.
  if (place === "nftables") return seen === NFT_GONE ? undefined : "the table is not complete";
  const jumps = seen.match(/^-A POSTROUTING /gm)?.length ?? 0;
  if (jumps === 0) return undefined;
  return jumps === 1 ? "a jump to a chain that is not complete" : `${jumps} jumps`;
}

/** Actions of other programs in the meantime. */
const OTHERS: Readonly<Record<Place, readonly (readonly [command: readonly string[], input: string])[]>> = {
  nft: [
    [["iptables-nft-restore", "--noflush"], kubeRules(50, 2, "ipv4")],
    [["iptables-nft", "-t", "nat", "-F", "POSTROUTING"], ""],
    [["iptables-nft", "-t", "nat", "-F"], ""],
    [["nft", "flush", "ruleset"], ""],
  ],
  legacy: [
    [["iptables-legacy-restore", "--noflush"], kubeRules(50, 2, "ipv4")],
    [["iptables-legacy", "-t", "nat", "-F", "POSTROUTING"], ""],
    [["iptables-legacy", "-t", "nat", "-F"], ""],
    [["iptables-legacy-restore"], "*nat\nCOMMIT\n"],
  ],
  nftables: [
    [["iptables-nft-restore", "--noflush"], kubeRules(50, 2, "ipv4")],
    [["nft", "delete", "table", "ip", "ip-masq-agent"], ""],
    [["nft", "flush", "ruleset"], ""],
  ],
};

/** Runs an agent and kills it at a random moment, often while it writes. */
async function runAndKill({ node, folder, place, flags }: Case, random: Random): Promise<void> {
  const loops = random.chance(0.3);
  const name = `followed-${random.below(1e9)}.yaml`;
  // Atomically, as a ConfigMap changes: a file that is written in place is empty for a moment, and an empty config means the defaults.
  const write = () => {
    configFlag(folder, random.pick(Object.values(CONFIGS)), `${name}.new`);
    renameSync(`${folder}/${name}.new`, `${folder}/${name}`);
    return `--config=${folder}/${name}`;
  };
  const args = loops ? [...choice(place), write()] : ["apply", ...choice(place), random.pick(flags)];
  const { child, ended } = startAgent(node, args);
  const life = loops ? 300 + random.below(1_500) : random.below(700);
  const flip = loops ? setInterval(write, 90) : undefined;
  await Promise.race([sleep(life), ended]);
  clearInterval(flip);
  child.kill("SIGKILL");
  await ended;
}

/** Readers and other writers run while `use` runs. */
async function whileLooked(
  { node, place, whole }: Case,
  { random, count }: Try,
  others: readonly (readonly [readonly string[], string])[],
  use: () => Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const flaws: string[] = [];
  const reader = async () => {
    while (!isOver) {
      const seen = await look(node, place);
      count("reads");
      const flaw = flawOf(seen, place, whole);
      if (flaw) flaws.push(`${place}: ${flaw}:\n${seen}`);
    }
  };
  const writer = async () => {
    while (!isOver) {
      const [command, input] = random.pick(others);
      const [file, args] = inside(node, [...command]);
      await run([file, ...args], input);
      count("writes by other programs");
      await sleep(random.below(60));
    }
  };
  const used = use().finally(() => {
    isOver = true;
  });
  await Promise.all([used, reader(), reader(), ...(others.length > 0 ? [writer()] : [])]);
  if (flaws.length > 0) throw new Error(`${flaws.length} reads found incomplete rules\n${flaws[0]}`);
}

/** Agents are killed, one after the other and side by side; the next one restores the correct state. */
async function killWriters(one: Case, tools: Try): Promise<void> {
  const { random } = tools;
  const others = random.chance(0.5) ? random.some(OTHERS[one.place], 1, 2) : [];
  const lane = async () => {
    for (let i = 0; i < 3; i++) {
      await runAndKill(one, random);
      tools.count("kills");
    }
  };
  await whileLooked(one, tools, others, () => Promise.all(Array.from({ length: 1 + random.below(2) }, lane)));
  await putRight(one, tools);
}

/** The next apply results in the rules of its config and one jump. */
async function putRight({ node, place, flags, whole }: Case, { random, took }: Try): Promise<void> {
  const flag = random.pick(flags);
  const begin = performance.now();
  const { exit, stderr } = await agent(node, ["apply", ...choice(place), flag]);
  took("apply after a kill", performance.now() - begin);
  if (exit !== 0) throw new Error(`${place}: apply failed after the kills:\n${stderr}`);
  const seen = await look(node, place);
  if (!whole.has(seen) || seen === "") throw new Error(`${place}: apply has not repaired the rules:\n${seen}`);
}

/** A switch of backends: whichever process is killed, one of the backends has complete rules at any moment. */
async function killSwitch(from: Case, to: Case, { random, count, took }: Try): Promise<void> {
  await putRight(from, { random, count, took, timeLeft: () => 0 });
  await agent(from.node, ["cleanup", ...choice(to.place)]);
  let isOver = false;
  const flaws: string[] = [];
  const reader = async () => {
    while (!isOver) {
      // In this order: rules that are gone from the first have been in the second before.
      const first = await look(from.node, from.place);
      const second = await look(to.node, to.place);
      count("reads of both backends");
      const isCovered = (seen: string, { whole }: Case) => seen !== "" && whole.has(seen);
      const covered = isCovered(first, from) || isCovered(second, to);
      if (!covered) flaws.push(`${from.place} to ${to.place}: neither backend masqueraded:\n${first}\n--\n${second}`);
    }
  };
  const killer = async () => {
    for (let i = 0; i < 4; i++) {
      await runAndKill({ ...to, flags: [random.pick(to.flags)] }, random);
      count("kills of switches");
    }
    isOver = true;
  };
  await Promise.all([killer(), reader(), reader()]);
  if (flaws.length > 0) throw new Error(`${flaws.length} reads found no rules\n${flaws[0]}`);
  await putRight(to, { random, count, took, timeLeft: () => 0 });
  const left = await look(from.node, from.place);
  if (left !== "") throw new Error(`${from.place} to ${to.place}: left behind:\n${left}`);
}

export const kill: Part = {
  name: "kill",
  about: "SIGKILL of apply, run and switches, with readers and other writers: every read finds complete rules, or none",
  share: 4,
  open: async () => ({
    attempt: (tools) =>
      withFolder(async (folder) => {
        const node = addNamespace("kill");
        try {
          const flags = Object.entries(CONFIGS).map(([name, text]) => configFlag(folder, text, `${name}.yaml`));
          const caseOf = async (place: Place): Promise<Case> => {
            const whole = await wholeLooks(node, place, flags);
            return { node, folder, place, flags, whole };
          };
          const { random } = tools;
          if (random.chance(0.3)) {
            const other = random.pick(["nft", "legacy"] as const);
            const [from, to] = random.chance(0.5) ? (["nftables", other] as const) : ([other, "nftables"] as const);
            const last = await caseOf(to);
            await killSwitch(await caseOf(from), last, tools);
          } else await killWriters(await caseOf(random.pick(PLACE_NAMES)), tools);
        } finally {
          removeNamespace(node);
        }
      }),
    close: async () => {},
  }),
};
