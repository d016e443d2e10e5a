// The built image, run as in its manifest, under faults: the agent has only the contents of the image.
import { mkdirSync, writeFileSync } from "node:fs";
import { addNamespace, inside, removeNamespace } from "../../demo/network.mjs";
import { whyNoImage } from "../../scripts/setup.mjs";
import { createBuilder, type Image, type Target } from "../../test/image/build.ts";
import { contain } from "../../test/image/container.ts";
import { choice, configFlag, type Place, run, withFolder } from "../../test/kernel/harness.ts";
import { type Cgroups, CHART_MEMORY, openCgroups } from "../cgroups.ts";
import { CONFIGS, look, PLACE_NAMES, sleep, startAgent, until, wholeLooks } from "../node.ts";
import type { Part, Try } from "../part.ts";

/** The launcher on the image's PATH, which takes a command. */
const LAUNCHER = "/usr/local/bin/ip-masq-agent";

/** The programs behind the names of the tools, by place. */
const PROGRAMS: Readonly<Record<Place, string>> = {
  nft: "/usr/sbin/xtables-nft-multi",
  legacy: "/usr/sbin/xtables-legacy-multi",
  nftables: "/usr/sbin/nft",
};

interface Case {
  readonly node: string;
  readonly folder: string;
  readonly place: Place;
  readonly target: Target;
  readonly image: Image;
  readonly cgroups: Cgroups;
}

/** A fault of the container: options of bwrap before the command, or a command around it. */
interface Fault {
  readonly name: string;
  readonly options?: (one: Case) => readonly string[];
  readonly wrap?: (command: readonly string[], one: Case) => readonly string[] | undefined;
  /** Must the work still be done? */
  readonly harmless?: boolean;
}

/** A program of this machine that needs only the C library replaces the tool. */
const replaced = (program: string) => ({
  name: `${program} in place of the tool`,
  options: ({ place }: Case) => ["--ro-bind", `/usr/bin/${program}`, PROGRAMS[place]],
});

const limited = (option: string) => ({
  name: option,
  wrap: (command: readonly string[]) => ["prlimit", option, ...command],
});

const NONE: Fault = { name: "nothing is wrong", harmless: true };

const FAULTS: readonly Fault[] = [
  NONE,
  ...["false", "true", "yes", "cat"].map(replaced),
  { name: "conntrack is missing", options: () => ["--ro-bind", "/dev/null", "/usr/sbin/conntrack"], harmless: true },
  { name: "/dev/shm is read-only", options: () => ["--tmpfs", "/dev/shm", "--remount-ro", "/dev/shm"], harmless: true },
  { name: "/proc/sys is hidden", options: () => ["--tmpfs", "/proc/sys"] },
  { name: "no NET_ADMIN", options: () => ["--cap-drop", "CAP_NET_ADMIN"] },
  limited("--nofile=48"),
  limited("--fsize=0"),
  {
    name: "the chart's memory",
    wrap: (command, { cgroups }) => cgroups.wrap("memory", CHART_MEMORY, command),
    harmless: true,
  },
  { name: "16 processes", wrap: (command, { cgroups }) => cgroups.wrap("pids", 16, command) },
];

/** The command that runs the image; undefined if this machine cannot cause the fault. */
function commandOf(one: Case, args: readonly string[], { options, wrap }: Fault): readonly string[] | undefined {
  const contained = contain(one.image, one.folder, args);
  const at = contained.lastIndexOf("--");
  const command = [...contained.slice(0, at), ...(options?.(one) ?? []), ...contained.slice(at)];
  return wrap ? wrap(command, one) : command;
}

const applyCommand = (one: Case, fault: Fault) => commandOf(one, [LAUNCHER, "apply", ...choice(one.place)], fault);

/** Runs a command in the namespace of the node. */
function runOn({ node }: Case, command: readonly string[]) {
  const [file, args] = inside(node, [...command]);
  return run([file, ...args]);
}

/** Puts a config where the container has its ConfigMap. */
function publish({ folder }: Case, text: string): void {
  mkdirSync(`${folder}/mount`, { recursive: true });
  writeFileSync(`${folder}/mount/ip-masq-agent`, text);
}

/** One apply under a fault: it does its work or reports why not, and the rules stay complete. */
async function attemptFault({ random, count, took }: Try, one: Case, whole: ReadonlySet<string>): Promise<void> {
  const fault = random.pick(FAULTS);
  const command = applyCommand(one, fault);
  if (!command) return;
  const begin = performance.now();
  const { exit, stdout, stderr } = await runOn(one, command);
  took("apply under a fault", performance.now() - begin);
  const told = `${one.target}, ${one.place}, ${fault.name}: exit ${exit}`;
  const output = `${stdout}\n${stderr}`.slice(0, 2_000);
  if (fault.harmless && exit !== 0) throw new Error(`${told}, though it is harmless\n${output}`);
  if (exit !== 0 && exit !== null && stderr.trim() === "") throw new Error(`${told}, and nothing was printed`);
  if (/^ {4}at /m.test(stderr)) throw new Error(`${told}, with a stack trace\n${output}`);
  await checkWhole(one, whole, `${told}\n${output}`);
  count(exit === 0 ? "applies that did their work" : "applies that reported why not");
}

async function checkWhole({ node, place }: Case, whole: ReadonlySet<string>, told: string): Promise<void> {
  const seen = await look(node, place);
  if (seen === "" || !whole.has(seen)) throw new Error(`${told}\nthe rules are not whole:\n${seen}`);
}

/** The container is killed at a random moment, with all its processes. */
async function attemptKill({ random, count }: Try, one: Case, whole: ReadonlySet<string>): Promise<void> {
  const { child, ended } = startAgent(one.node, [], {}, applyCommand(one, NONE));
  await sleep(random.below(400));
  child.kill("SIGKILL");
  await ended;
  count("containers killed during apply");
  await checkWhole(one, whole, `${one.target}, ${one.place}: killed`);
}

/** The service follows its ConfigMap, repairs drift and stops on request. */
async function attemptRun({ count }: Try, one: Case, whole: ReadonlySet<string>): Promise<void> {
  const { node, place } = one;
  const command = commandOf(one, [...one.image.config.Entrypoint, ...choice(place)], NONE);
  const { child, ended, log } = startAgent(node, [], {}, command);
  try {
    for (const text of [CONFIGS.a, CONFIGS.b]) {
      publish(one, text);
      const wanted = [...whole][text === CONFIGS.a ? 1 : 2];
      await until(
        async () => (await look(node, place)) === wanted,
        () => `${one.target}, ${place}: the image does not follow its config:\n${log()}`,
      );
    }
    count("services that followed their config");
  } finally {
    // The container's processes end with it.
    child.kill("SIGKILL");
    await ended;
  }
}

async function attempt(one: Case, tools: Try): Promise<void> {
  const { random } = tools;
  const flags = Object.entries(CONFIGS).map(([name, text]) => configFlag(one.folder, text, `${name}.yaml`));
  const whole = await wholeLooks(one.node, one.place, flags);
  publish(one, CONFIGS.a);
  const deed = random.chance(0.6) ? attemptFault : random.chance(0.6) ? attemptKill : attemptRun;
  await deed(tools, one, whole);
  publish(one, CONFIGS.b);
  const again = await runOn(one, applyCommand(one, NONE) ?? []);
  if (again.exit !== 0) throw new Error(`${one.target}, ${one.place}: the next apply fails:\n${again.stderr}`);
  await checkWhole(one, new Set([[...whole][2] ?? ""]), `${one.target}, ${one.place}: after the next apply`);
}

export const image: Part = {
  name: "image",
  about:
    "the built image, read-only and with two capabilities, under faults and SIGKILL: rules stay whole, the next apply works",
  share: 2,
  isSlowToOpen: true,
  open: async () => {
    const missing = whyNoImage();
    if (missing) throw new Error(`the image cannot be built here: ${missing}`);
    const builder = createBuilder();
    const images = new Map<Target, Image>();
    const cgroups = openCgroups();
    return {
      attempt: (tools) =>
        withFolder(async (folder) => {
          const target = tools.random.pick(["node", "deno"] as const);
          const built = images.get(target) ?? builder.build(target);
          images.set(target, built);
          const node = addNamespace("image");
          try {
            const place = tools.random.pick(PLACE_NAMES);
            await attempt({ node, folder, place, target, image: built, cgroups }, tools);
          } finally {
            removeNamespace(node);
          }
        }),
      close: async () => {
        cgroups.close();
        builder.close();
      },
    };
  },
};
