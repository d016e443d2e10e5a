// Deletion of connections: exactly those that keep an old treatment, with as few commands as possible.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseConfig } from "../../src/config/index.ts";
import { type Deletion, formatDeletion, pairDeletion, RuleDeletions } from "../../src/conntrack/deletions.ts";
import { type Connection, parseConnection, resetConnections } from "../../src/conntrack/index.ts";
import { addressOf, parseAddresses, parsePrefixes } from "../../src/core/index.ts";
import type { Runner } from "../../src/host/index.ts";
import { compilePolicy, outcomesOf } from "../../src/policy/index.ts";
import { cases } from "../cases.ts";
import { runOf, textOf } from "../scripted-runner.ts";
import { fakeConntrack, tcp, udp } from "./fake-conntrack.ts";

const outcomes = (text: string) => {
  const { config } = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!config) throw new Error(`invalid: ${text}`);
  return outcomesOf(compilePolicy(config, { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: false, ports: [] }));
};

const POD = "10.244.0.2";
const NODE = "192.0.2.1";
const OLD = "nonMasqueradeCIDRs: [10.0.0.0/8]";
const NEW = "nonMasqueradeCIDRs: [10.0.0.0/8, 203.0.113.0/24]";

/** Does a command of the tool match this connection? It never matches zones of other programs. */
function isNamed({ original, reply, protocol, zoned, family }: Connection, words: string): boolean {
  const value = (name: string) => new RegExp(`(?:^| )${name} (\\S+)`).exec(words)?.[1];
  const within = (address: string, block: string) => {
    const text = block.includes("/") ? block : `${block}/${family === "ipv4" ? 32 : 128}`;
    const prefix = parsePrefixes([text]);
    const [read] = prefix.read;
    const host = BigInt((family === "ipv4" ? 32 : 128) - (read?.ok ? read.bits : 0));
    return addressOf(parseAddresses([address]).records, 0) >> host === addressOf(prefix.records, 0) >> host;
  };
  const replySource = value("-r");
  return (
    !zoned &&
    ["-w", "--orig-zone", "--reply-zone"].every((name) => value(name) === "0") &&
    value("-f") === family &&
    Number(value("-p")) === protocol &&
    value("-s") === original.source &&
    value("-q") === reply.destination &&
    within(original.destination, value("-d") ?? "") &&
    (replySource === undefined || replySource === reply.source)
  );
}

/** A node with these connections and this version of the tool. */
function nodeWith(lines: readonly string[], version = "1.4.7") {
  let table = [...lines];
  const calls: string[] = [];
  const remove = (words: string): string => {
    const gone = table.filter((line) => {
      const connection = parseConnection(line.trim());
      return connection && isNamed(connection, words);
    });
    table = table.filter((line) => !gone.includes(line));
    return gone.join("");
  };
  const run: Runner = async (name, args, { input = "" } = {}) => {
    const command = [name, ...args].join(" ");
    calls.push(command);
    if (args[0] === "--version") return runOf(command, { stdout: `conntrack v${version} (conntrack-tools)\n` });
    if (args[0] === "-R") {
      const words = textOf(input).trim().split("\n");
      return runOf(command, { stdout: words.map(remove).join("") });
    }
    const stdout = remove(args.join(" "));
    if (stdout === "")
      return runOf(command, { stderr: "conntrack v1.4.6: 0 flow entries have been deleted.", exit: 1 });
    return runOf(command, { stdout });
  };
  const host = fakeConntrack({ file: lines.join(""), run });
  return { host, left: () => table, calls };
}

const LINES = {
  due: udp(POD, "203.0.113.10", { snat: NODE }),
  dueToo: udp("10.244.0.3", "203.0.113.10", { snat: NODE }),
  dueTcp: tcp("ESTABLISHED", POD, "203.0.113.10", { snat: NODE }),
  right: udp("10.244.0.4", "203.0.113.10"),
  unchanged: udp(POD, "198.51.100.1", { snat: NODE }),
  // Not treated as the config says, but not because of a config change.
  foreign: udp(POD, "10.1.1.1", { snat: NODE }),
  zoned: udp(POD, "203.0.113.10", { snat: NODE, rest: "zone=3" }),
  own: udp(NODE, "203.0.113.10"),
  redirected: udp(POD, "10.96.0.1", { dnat: "203.0.113.10", snat: NODE }),
};

const names = (lines: readonly string[]) =>
  Object.entries(LINES).flatMap(([name, line]) => (lines.includes(line) ? [name] : []));

test("connections that keep an old treatment are deleted, and no others", async () => {
  const all = Object.keys(LINES);
  const without = (...gone: readonly string[]) => all.filter((name) => !gone.includes(name));
  const resets = [
    ["none", all, 0],
    ["udp", without("due", "dueToo"), 2],
    ["all", without("due", "dueToo", "dueTcp"), 3],
  ] as const;
  for (const version of ["1.4.7", "1.4.6", "1.5.0"]) {
    for (const [reset, left, count] of resets) {
      const node = nodeWith(Object.values(LINES), version);
      const result = await resetConnections(node.host, { before: outcomes(OLD), after: outcomes(NEW) }, reset);
      assert.equal(names(node.left()), left, `${reset} ${version}`);
      assert.equal([result.old, result.due, result.deleted, result.failure], [3, count, count, undefined]);
      const batches = node.calls.filter((call) => call.includes("-R")).length;
      assert.is(batches, reset === "none" || version === "1.4.6" ? 0 : 1);
      if (reset === "none") assert.equal(node.calls, []);
    }
  }
});

test("a failing tool is reported, not thrown", async () => {
  const run: Runner = async (name, args) => {
    const command = [name, ...args].join(" ");
    if (args[0] === "--version") return runOf(command, { stdout: "conntrack v1.4.8 (conntrack-tools)" });
    return runOf(command, { exit: 1, stderr: "Operation not permitted", stdout: LINES.due });
  };
  const host = fakeConntrack({ file: Object.values(LINES).join(""), run });
  const options = { before: outcomes(OLD), after: outcomes(NEW) };
  const { due, deleted, failure } = await resetConnections(host, options, "udp");
  assert.equal([due, deleted], [2, 1]);
  assert.match(failure ?? "", /conntrack -R -: exit 1\n.*Operation not permitted/);
  const missing = fakeConntrack({
    file: Object.values(LINES).join(""),
    run: async (name, args) => runOf([name, ...args].join(" "), { fails: "missing" }),
  });
  assert.match((await resetConnections(missing, options, "udp")).failure ?? "", /^conntrack --version: /);
});

/** Repeatable numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("deletions by rule match every connection to delete, and none to keep", () => {
  let saved = 0;
  for (let seed = 1; seed <= cases(300); seed++) {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const blocks = ["203.0.113.0/24", "203.0.113.0/28", "203.0.112.0/20", "0.0.0.0/0"];
    const lines = Array.from({ length: 40 }, () => {
      const source = pick([POD, "10.244.0.3"]);
      const destination = `203.0.113.${Math.floor(next() * 40)}`;
      const dnat = next() < 0.1 ? { dnat: "203.0.113.5" } : {};
      return udp(source, destination, {
        snat: pick([source, NODE]),
        rest: pick(["zone=0", "zone=0", "zone=4"]),
        ...dnat,
      });
    });
    const connections = [...new Set(lines)].flatMap((line) => parseConnection(line.trim()) ?? []);
    // The two ends of a connection decide whether it is deleted.
    const ends = (connection: Connection) => formatDeletion(pairDeletion(connection));
    const chosen = new Map<string, Deletion | undefined>();
    const dueTo = pick([NODE, POD]);
    for (const connection of connections) {
      const { original, reply, zoned } = connection;
      if (zoned || reply.destination !== dueTo || next() < 0.15 || chosen.has(ends(connection))) continue;
      const isRedirected = reply.source !== original.destination;
      const byRule = { ...pairDeletion(connection), destination: pick(blocks), replySource: undefined };
      const holds = isNamed(connection, formatDeletion(byRule));
      chosen.set(ends(connection), isRedirected || !holds ? undefined : byRule);
    }
    const isGoing = (connection: Connection) => !connection.zoned && chosen.has(ends(connection));
    const byRule = new RuleDeletions([...chosen.values()].flatMap((one) => one ?? []));
    for (const connection of connections) {
      if (isGoing(connection)) byRule.going(connection, chosen.get(ends(connection)));
      else byRule.staying(connection);
    }
    const commands = byRule.list();
    for (const connection of connections) {
      const isGone = commands.some((words) => isNamed(connection, words));
      assert.is(isGone, isGoing(connection), `seed ${seed}: ${connection.text}\n${commands.join("\n")}`);
    }
    saved += chosen.size - commands.length;
  }
  assert.ok(saved > cases(300) / 3, `${saved} commands saved`);
});

test.run();
