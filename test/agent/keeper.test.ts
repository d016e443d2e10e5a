// A keeper of one family with a table in memory and a fake clock: back-off, drift, contest.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Keeper, keep } from "../../src/agent/keeper.ts";
import type { Log } from "../../src/agent/log.ts";
import type { Metrics, SyncResult } from "../../src/agent/metrics.ts";
import { type Backend, iptablesBackend } from "../../src/backends/index.ts";
import { windowsCniBackend } from "../../src/backends/windows-cni/backend.ts";
import type { FamilyPolicy } from "../../src/policy/index.ts";
import { fakeClock, turnsUntil } from "../fake-clock.ts";
import { fakeIptables } from "../fake-iptables.ts";
import { policyOf } from "../policy-of.ts";

const OURS = "IP-MASQ-AGENT";
const INTERVAL = 60_000;

/** A keeper, its table, its clock, and its reports. With another backend the table is not used. */
function keeping(policy: FamilyPolicy, other?: Backend, isKnown = () => true) {
  const table = fakeIptables();
  const clock = fakeClock();
  const lines: string[] = [];
  const states = new Set<string>();
  const log: Log = {
    event: (level, message, verbosity = 0) => void (verbosity < 2 && lines.push(`${level}: ${message}`)),
    state: (key, level, message, verbosity = 0) => {
      states.add(key);
      if (verbosity < 2) lines.push(`${level}: ${message}`);
    },
    over: (key) => states.delete(key),
    flushed: async () => {},
  };
  const culprits: string[] = [];
  const available: boolean[] = [];
  const syncs: { result: SyncResult; drift: boolean }[] = [];
  const metrics = {
    synced: (_family: string, result: SyncResult, _seconds: number, drift: boolean) =>
      void syncs.push({ result, drift }),
    wanted: () => {},
    available: (_family: string, is: boolean) => void available.push(is),
    backend: () => {},
    repairedAfter: (_family: string, programs: readonly string[]) => void culprits.push(...programs),
  } as Partial<Metrics> as Metrics;
  const backend = other ?? iptablesBackend("nft", (message) => lines.push(message), table.host);
  const watched = { now: false };
  const open = async () => ({ backend, reason: "test", others: async () => [] });
  const replaced: string[] = [];
  const namesOf = ({ rules }: FamilyPolicy) => rules.map(({ prefix }) => prefix.network).join("+");
  const keeper: Keeper = keep(policy, {
    open,
    replaced: (before, after) => void replaced.push(`${namesOf(before)} > ${namesOf(after)}`),
    interval: () => INTERVAL,
    log,
    metrics,
    isWatched: () => watched.now,
    isKnown,
    clock,
  });
  /** Waits for the end of the sync that is due or triggered; returns the lines that were logged. */
  const sync = async (trigger = true): Promise<string> => {
    const [from, done] = [lines.length, syncs.length + 1];
    if (trigger) keeper.trigger();
    await turnsUntil(() => syncs.length === done && clock.next() !== undefined, "the sync");
    return lines.slice(from).join("\n");
  };
  return { table, clock, keeper, syncs, states, sync, watched, culprits, replaced, available, lines };
}

test("after failures it tries again after 1 s, 2 s, 4 s …, and reports when it works again", async () => {
  const { table, clock, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8"));
  table.intercept = (command) => (command.includes("-restore") ? { exit: 4, stderr: "no luck" } : undefined);
  const said = await sync();
  assert.match(
    said,
    /^info: backend: iptables-nft \(test\)\nerror: Error syncing masquerade rules: iptables-nft-restore --noflush -w 10: exit 4\n/,
  );
  assert.match(keeper.failure() ?? "", /no luck/);
  assert.not(keeper.synced());
  for (const wait of [1_000, 2_000, 4_000, 8_000]) {
    assert.is(clock.next(), wait);
    clock.advance(wait);
    assert.is(keeper.idle(), wait, "no sync has ended since");
    await sync(false);
  }
  table.intercept = () => undefined;
  clock.advance(clock.next() ?? 0);
  assert.match(await sync(false), /^info: ipv4: works again\ninfo: iptables-nft ipv4: rules: 3 added/);
  assert.is(keeper.failure(), undefined);
  assert.ok(keeper.synced());
  assert.is(clock.next(), INTERVAL);
  assert.equal(
    syncs.map(({ result }) => result),
    [...Array(5).fill("failed"), "changed"],
  );
  await keeper.stop();
});

test("a family that the kernel does not support is not a failure: it is reported, and tried again at each interval", async () => {
  let known = false;
  const { table, clock, keeper, sync, available, states, lines } = keeping(
    policyOf("10.0.0.0/8"),
    undefined,
    () => known,
  );
  table.intercept = (command) => (command.includes("-restore") ? { exit: 3, stderr: "no such table" } : undefined);
  keeper.trigger();
  await turnsUntil(() => available.length > 0 && clock.next() !== undefined, "the attempt");
  assert.equal([available, keeper.unavailable(), keeper.failure(), keeper.synced()], [[false], true, undefined, false]);
  assert.match(lines.at(-1) ?? "", /^warning: ipv4: not supported by this kernel, so it has no rules: /);
  assert.is(clock.next(), INTERVAL);
  // As after modprobe.
  known = true;
  table.intercept = () => undefined;
  clock.advance(INTERVAL);
  await sync(false);
  assert.equal([available, keeper.unavailable(), keeper.synced()], [[false, true], false, true]);
  assert.not(states.has("ipv4 failure"));
  await keeper.stop();
});

test("drift is repaired and shown, and is over after a sync without drift", async () => {
  const { table, clock, sync, syncs, states } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  clock.advance(INTERVAL);
  const said = await sync(false);
  assert.match(said, /^info: .*rules: 1 added, 0 removed, 2 kept; drift is repaired$/m);
  assert.match(
    said,
    /^warning: ipv4: the rules were modified by another program; repaired:\n~ 10\.0\.0\.0\/8 \(16,777,216 addresses\): masqueraded → kept\n\+ -A IP-MASQ-AGENT -d 10\.0\.0\.0\/8 [^\n]*$/m,
  );
  assert.equal(syncs.at(-1), { result: "changed", drift: true });
  assert.ok(states.has("ipv4 drift"));
  for (let i = 0; i < 10; i++) await sync();
  assert.equal(syncs.at(-1), { result: "in_sync", drift: false });
  assert.not(states.has("ipv4 drift"));
});

test("drift is distinguished from a config change at the same time", async () => {
  const { table, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8", "11.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  keeper.want(policyOf("11.0.0.0/8", "12.0.0.0/8"));
  const said = await sync();
  assert.match(
    said,
    /the rules were modified by another program; repaired:\n~ 10\.0\.0\.0\/8 \(16,777,216 addresses\): masqueraded → kept\n\+ -A IP-MASQ-AGENT -d 10\.0\.0\.0\/8 /,
  );
  assert.not.match(said, /12\.0\.0\.0/, "changes by the config are not drift");
  assert.ok(syncs.at(-1)?.drift);
  // The same policy again, as from a config with a new comment: drift must not be mistaken for a change.
  keeper.want(policyOf("11.0.0.0/8", "12.0.0.0/8"));
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  assert.match(await sync(), /the rules were modified by another program/);
  keeper.want(policyOf("13.0.0.0/8"));
  assert.not.match(await sync(), /modified by/);
  assert.equal(syncs.at(-1), { result: "changed", drift: false });
});

test("drift that cannot be repaired is shown too", async () => {
  const { table, sync } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  table.intercept = (command) => (command.includes("-restore") ? { exit: 4 } : undefined);
  assert.match(
    await sync(),
    /warning: ipv4: the rules were modified by another program; to repair them:\n~ 10\.0\.0\.0\/8 \(16,777,216 addresses\): masqueraded → kept\n\+ -A IP-MASQ-AGENT -d 10/,
  );
});

test("changes by another program that match the new config are not drift", async () => {
  const { table, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  const next = policyOf("11.0.0.0/8");
  await iptablesBackend("nft", assert.unreachable, table.host).sync(next);
  keeper.want(next);
  assert.not.match(await sync(), /modified|drift/);
  assert.equal(syncs.at(-1), { result: "in_sync", drift: false });
});

test("the agent's own write is not drift, even if the agent could not read it back", async () => {
  const { table, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  let blind = false;
  table.intercept = (command) => {
    if (blind && command.includes(" -S ")) return { exit: 4 };
    blind ||= command.includes("-restore");
    return undefined;
  };
  keeper.want(policyOf("11.0.0.0/8"));
  assert.match(await sync(), /^error: .*exit 4$/m);
  assert.match(table.chains.get(OURS)?.[0] ?? "", /^-d 11\.0\.0\.0\/8 /, "it was written all the same");
  table.intercept = () => undefined;
  keeper.want(policyOf("12.0.0.0/8"));
  assert.not.match(await sync(), /modified|drift/);
  assert.equal(syncs.at(-1), { result: "changed", drift: false });
});

test("while all changes are reported, nine of ten resyncs read nothing", async () => {
  const { table, clock, syncs, sync, watched } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  watched.now = true;
  const results: string[] = [];
  for (let i = 0; i < 20; i++) {
    const before = table.calls.length;
    const ended = syncs.length + 1;
    clock.advance(INTERVAL);
    await turnsUntil(() => syncs.length === ended && clock.next() !== undefined, "the resync");
    results.push(`${syncs.at(-1)?.result} ${table.calls.length - before}`);
  }
  const ten = [...Array(9).fill("unchanged 0"), "in_sync 2"];
  assert.equal(results, [...ten, ...ten]);
});

const changeBy = (program: string) => ({ events: [], program, pid: 4711 });

test("a reported change is undone at once, and the program that made it is named", async () => {
  const { table, clock, keeper, sync, watched, culprits } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  watched.now = true;
  // The sync's own writes are reported too.
  keeper.changed(changeBy("iptables-nft-re"));
  assert.is(clock.next(), INTERVAL);
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  keeper.changed(changeBy("firewalld"));
  assert.is(clock.next(), 10);
  clock.advance(10);
  assert.match(
    await sync(false),
    /warning: ipv4: the rules were modified by firewalld \(pid 4711\); repaired:\n~ 10\.0\.0\.0\/8 \(16,777,216 addresses\): masqueraded → kept\n\+ -A/,
  );
  assert.equal(culprits, ["firewalld"]);
  keeper.changed(changeBy("iptables-nft-re"));
  keeper.changed(changeBy("iptables-nft-re"));
  assert.is(clock.next(), 10, "the second of two is not ours");
});

test("the first write shows what was there before", async () => {
  const { table, sync } = keeping(policyOf("10.0.0.0/8"));
  table.write(`*nat\n:${OURS} - [0:0]\n-A ${OURS} -j X\nCOMMIT\n`);
  assert.match(
    await sync(),
    /^info: ipv4: the first write changed existing rules:\n {2}:IP-MASQ-AGENT .*\n- -A IP-MASQ-AGENT -j X\n/m,
  );
});

test("another program that writes the chain is reported after the third repair, until it stops", async () => {
  const { table, sync, states } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  const contested = async () => {
    table.write(`*nat\n-F ${OURS}\nCOMMIT\n`);
    return sync();
  };
  const contest =
    /^warning: ipv4: another program keeps changing chain IP-MASQ-AGENT or the jump to it: at least 3 repairs in 10 syncs$/m;
  assert.not.match(await contested(), contest);
  assert.not.match(await contested(), contest);
  assert.match(await contested(), contest);
  assert.ok(states.has("ipv4 contest"));
  for (let i = 0; i < 8; i++) await sync();
  assert.not(states.has("ipv4 contest"));
});

test("the same with a CNI config", async () => {
  const folder = mkdtempSync(`${tmpdir()}/masq-keeper-`);
  try {
    const file = `${folder}/cni.conf`;
    writeFileSync(file, '{ "type": "win-bridge" }');
    const { sync } = keeping(policyOf("10.0.0.0/8"), windowsCniBackend(file));
    assert.match(await sync(), /^info: windows-cni ipv4: exceptions: 1 added, 0 removed, 0 kept$/m);
    const kept = readFileSync(file, "utf8");
    const contested = () => {
      writeFileSync(file, kept.replace("10.0.0.0/8", "11.0.0.0/8"));
      return sync();
    };
    assert.match(
      await contested(),
      /^warning: ipv4: the exceptions were modified by another program; repaired:\n~ .* masqueraded → kept\n~ .* kept → masqueraded\n- 11\.0\.0\.0\/8\n\+ 10\.0\.0\.0\/8$/m,
    );
    assert.is(readFileSync(file, "utf8"), kept);
    await contested();
    const contest = /^warning: ipv4: another program keeps changing the exceptions in .*cni\.conf: at least 3 repairs/m;
    assert.match(await contested(), contest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a new policy in force is reported, with the one that it replaces", async () => {
  const { table, keeper, sync, replaced } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  await sync();
  keeper.want(policyOf("11.0.0.0/8"));
  table.intercept = (command) => (command.includes("-restore") ? { exit: 4, stderr: "no luck" } : undefined);
  await sync();
  assert.equal(replaced, []);
  table.intercept = () => undefined;
  keeper.want(policyOf("12.0.0.0/8"));
  await sync();
  assert.equal(replaced, ["10.0.0.0/8 > 12.0.0.0/8"]);
  await sync();
  assert.is(replaced.length, 1);
});

test.run();
