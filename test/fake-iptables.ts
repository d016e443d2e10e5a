// A table nat in memory, and the iptables tools of both variants that read and write it.
import type { Host, Runner, ToolRun } from "../src/host/index.ts";
import { runOf, type Step, textOf } from "./scripted-runner.ts";

type Outcome = Omit<Step, "command" | "delay">;

export interface FakeIptables {
  readonly host: Host;
  /** The rules of each chain, without `-A CHAIN `. */
  readonly chains: Map<string, string[]>;
  /** The commands so far. */
  readonly calls: string[];
  /** Called before each command; a result that it returns replaces the command. */
  intercept: (command: string, input: string) => Outcome | undefined;
  /** Applies iptables-restore input as another program would. */
  write(text: string): void;
}

/** A table with an empty POSTROUTING. It takes no lock. */
export function fakeIptables(): FakeIptables {
  const chains = new Map<string, string[]>([["POSTROUTING", []]]);
  const calls: string[] = [];
  const run: Runner = async (name, args, { input = "" } = {}): Promise<ToolRun> => {
    const command = [name, ...args].join(" ");
    const text = textOf(input);
    calls.push(command);
    const outcome = fake.intercept(command, text);
    if (outcome) return runOf(command, outcome);
    if (name.endsWith("-restore") && !args.includes("--test")) write(chains, text);
    return runOf(command, name.endsWith("-restore") ? {} : read(chains, args));
  };
  const fake: FakeIptables = {
    host: { run, withWriteLock: (_name, _warn, { work }) => work() },
    chains,
    calls,
    intercept: () => undefined,
    write: (text) => write(chains, text),
  };
  return fake;
}

/** `-S CHAIN` of the nft variant, or the dump of the legacy one. */
function read(chains: ReadonlyMap<string, readonly string[]>, args: readonly string[]): Outcome {
  const lines = (prefix: string, name: string) => (chains.get(name) ?? []).map((rule) => `${prefix}-A ${name} ${rule}`);
  if (!args.includes("-S")) {
    const names = [...chains.keys()];
    const heads = names.map((name) => `:${name} ${name === "POSTROUTING" ? "ACCEPT" : "-"} [0:0]`);
    const rules = names.flatMap((name) => lines("[0:0] ", name));
    return { stdout: `${["*nat", ...heads, ...rules, "COMMIT"].join("\n")}\n` };
  }
  const name = args[args.indexOf("-S") + 1] ?? "";
  if (!chains.has(name)) return { exit: 1, stderr: "iptables: No chain/target/match by that name." };
  const head = name === "POSTROUTING" ? "-P POSTROUTING ACCEPT" : `-N ${name}`;
  return { stdout: `${[head, ...lines("", name)].join("\n")}\n` };
}

function write(chains: Map<string, string[]>, text: string): void {
  for (const line of text.trim().split("\n")) {
    const [, verb = "", name = "", rest = ""] = /^(:|-[ADIFX] )(\S+) ?(.*)$/.exec(line) ?? [];
    const rules = chains.get(name) ?? [];
    const [, place, rule = ""] = /^(\d+) ?(.*)$/.exec(rest) ?? [];
    switch (verb.trim()) {
      case ":":
        chains.set(name, []);
        break;
      case "-A":
        rules.push(rest);
        break;
      case "-I":
        rules.splice(Number(place) - 1, 0, rule);
        break;
      case "-D":
        rules.splice(place === undefined ? rules.indexOf(rest) : Number(place) - 1, 1);
        break;
      case "-F":
        rules.length = 0;
        break;
      case "-X":
        chains.delete(name);
        break;
    }
  }
}
