// An nftables table in memory, and the parts of nft that the backend uses to read and write it.
import type { Host, Runner, ToolRun } from "../src/host/index.ts";
import { runOf, type Step, textOf } from "./scripted-runner.ts";

type Outcome = Omit<Step, "command" | "delay">;

interface Block {
  /** `map destinations`, `chain postrouting`. */
  readonly head: string;
  readonly lines: string[];
  readonly elements: Map<string, string>;
}

export interface FakeNft {
  readonly host: Host;
  /** The tables by name, such as `ip ip-masq-agent`: their properties, sets and chains. */
  readonly tables: Map<string, { readonly properties: string[]; readonly blocks: Block[] }>;
  readonly calls: string[];
  /** Called before each command; a result that it returns replaces the command. */
  intercept: (command: string, input: string) => Outcome | undefined;
}

export function fakeNft(): FakeNft {
  const tables: FakeNft["tables"] = new Map();
  const calls: string[] = [];
  const run: Runner = async (name, args, { input = "" } = {}): Promise<ToolRun> => {
    const command = [name, ...args].join(" ");
    calls.push(command);
    const outcome = fake.intercept(command, textOf(input)) ?? answer(args, textOf(input));
    return runOf(command, outcome);
  };
  const answer = (args: readonly string[], input: string): Outcome => {
    if (args[0] === "--version") return { stdout: "nftables v1.0.6 (Lester Gooch #5)\n" };
    if (args[0] === "-f") return write(tables, input);
    const table = args[1] === "table" ? tables.get(args.slice(2).join(" ")) : undefined;
    if (!table) return { exit: 1, stderr: "Error: No such file or directory" };
    return { stdout: print(args.slice(2).join(" "), table) };
  };
  const fake: FakeNft = {
    host: { run, withWriteLock: (_name, _warn, { work }) => work() },
    tables,
    calls,
    intercept: () => undefined,
  };
  return fake;
}

function print(name: string, { properties, blocks }: { properties: string[]; blocks: Block[] }): string {
  const body = blocks.map(({ head, lines, elements }) => {
    const all = [...elements].map(([key, rest]) => (rest.startsWith("counter") ? `${key} ${rest}` : `${key}${rest}`));
    const listed = all.length > 0 ? [`\t\telements = { ${all.join(", ")} }`] : [];
    const shown = lines.map((line) => `\t\t${line.replace(/\bcounter (?=goto)/, "counter packets 0 bytes 0 ")}`);
    return [`\t${head} {`, ...shown, ...listed, "\t}", ""].join("\n");
  });
  return [`table ${name} {`, ...properties.map((line) => `\t${line}`), ...body, "}", ""].join("\n");
}

function write(tables: FakeNft["tables"], input: string): Outcome {
  // A transaction that fails part-way must leave nothing behind, so it works on a copy.
  const copy: FakeNft["tables"] = structuredClone(tables);
  const lines = input.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, added] = /^add table (.*)$/.exec(line) ?? [];
    const [, deleted] = /^delete table (.*)$/.exec(line) ?? [];
    const [, opened] = /^table (.*) \{$/.exec(line) ?? [];
    const [, owner, set, keys] = /^delete element (\S+ \S+) (\S+) \{ (.*) \}$/.exec(line) ?? [];
    if (added && !copy.has(added)) copy.set(added, { properties: [], blocks: [] });
    if (deleted && !copy.delete(deleted)) return { exit: 1, stderr: "Error: No such file or directory" };
    if (owner) {
      const block = copy.get(owner)?.blocks.find(({ head }) => head.endsWith(` ${set}`));
      for (const key of keys?.split(", ") ?? []) {
        if (!block?.elements.delete(key)) return { exit: 1, stderr: "Error: No such file or directory" };
      }
    }
    if (opened) at = readBlocks(copy, opened, lines, at + 1);
  }
  tables.clear();
  for (const [name, table] of copy) tables.set(name, table);
  return {};
}

function readBlocks(tables: FakeNft["tables"], name: string, lines: readonly string[], from: number): number {
  const table = tables.get(name) ?? { properties: [], blocks: [] };
  tables.set(name, table);
  let at = from;
  for (; lines[at] !== "}"; at++) {
    const head = /^\t(.*) \{$/.exec(lines[at] ?? "")?.[1];
    if (head === undefined) {
      table.properties.push((lines[at] ?? "").trim());
      continue;
    }
    const end = lines.indexOf("\t}", at);
    const text = lines.slice(at + 1, end).map((line) => line.trim());
    const begin = text.findIndex((line) => line.startsWith("elements = {"));
    const plain = begin < 0 ? text : text.slice(0, begin);
    const known = table.blocks.find((block) => block.head === head);
    const block: Block = known ?? { head, lines: plain, elements: new Map() };
    if (!known) table.blocks.push(block);
    const inside =
      begin < 0
        ? ""
        : text
            .slice(begin)
            .join(" ")
            .replace(/^elements = \{ | \}$/g, "");
    for (const element of inside === "" ? [] : inside.split(/,\s*/)) {
      const [, key = "", counter, verdict = ""] =
        /^(\S+)(?: (counter packets \d+ bytes \d+))?( : .*)?$/.exec(element) ?? [];
      const counts = block.lines.includes("counter");
      block.elements.set(key, counts ? `${counter ?? "counter packets 0 bytes 0"}${verdict}` : verdict);
    }
    at = end;
  }
  return at;
}
