// One family kept on a table in memory, by a clock that tests move: back-off, drift, contest.
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

/** A keeper, its table, its clock, and what it reports. With another backend the table is not used. */
function keeping(policy: FamilyPolicy, other?: Backend) {
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
  const syncs: { result: SyncResult; drift: boolean }[] = [];
  const metrics = {
    synced: (_family: string, result: SyncResult, _seconds: number, drift: boolean) =>
      void syncs.push({ result, drift }),
    wanted: () => {},
    backend: () => {},
  } as Partial<Metrics> as Metrics;
  const backend = other ?? iptablesBackend("nft", (message) => lines.push(message), table.host);
  const open = async () => ({ backend, reason: "test", others: async () => [] });
  const keeper: Keeper = keep(policy, { open, interval: () => INTERVAL, log, metrics, clock });
  /** Lets the sync that is due, or triggered, come to its end; returns the lines that were logged. */
  const sync = async (trigger = true): Promise<string> => {
    const [from, done] = [lines.length, syncs.length + 1];
    if (trigger) keeper.trigger();
    await turnsUntil(() => syncs.length === done && clock.next() !== undefined, "the sync");
    return lines.slice(from).join("\n");
  };
  return { table, clock, keeper, syncs, states, sync };
}

test("after failures it tries again after 1 s, 2 s, 4 s …, and says when it works again", async () => {
  const { table, clock, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8"));
  table.intercept = (command) => (command.includes("-restore") ? { exit: 4, stderr: "no luck" } : undefined);
  const said = await sync();
  assert.match(
    said,
    /^info: backend: iptables-nft \(test\)\nerror: Error syncing masquerade rules: iptables-nft-restore --noflush -w 10: exit 4\n/,
  );
  assert.match(keeper.failure() ?? "", /no luck/);
  assert.not(keeper.settled());
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
  assert.ok(keeper.settled());
  assert.is(clock.next(), INTERVAL);
  assert.equal(
    syncs.map(({ result }) => result),
    [...Array(5).fill("failed"), "changed"],
  );
  await keeper.stop();
});

test("drift is repaired and shown, and is no longer so after a sync without", async () => {
  const { table, clock, sync, syncs, states } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  clock.advance(INTERVAL);
  const said = await sync(false);
  assert.match(said, /^info: .*rules: 1 added, 0 removed, 2 kept; drift is repaired$/m);
  assert.match(said, /^warning: ipv4: somebody had changed the rules:\n\+ -A IP-MASQ-AGENT -d 10\.0\.0\.0\/8 [^\n]*$/m);
  assert.equal(syncs.at(-1), { result: "changed", drift: true });
  assert.ok(states.has("ipv4 drift"));
  for (let i = 0; i < 10; i++) await sync();
  assert.equal(syncs.at(-1), { result: "in_sync", drift: false });
  assert.not(states.has("ipv4 drift"));
});

test("drift is told from a change of the config that comes at the same time", async () => {
  const { table, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8", "11.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  keeper.want(policyOf("11.0.0.0/8", "12.0.0.0/8"));
  const said = await sync();
  assert.match(said, /somebody had changed the rules:\n\+ -A IP-MASQ-AGENT -d 10\.0\.0\.0\/8 /);
  assert.not.match(said, /12\.0\.0\.0/, "what the config changes is no drift");
  assert.ok(syncs.at(-1)?.drift);
  // The same again, as from a config with a new comment: no reason to take drift for a change.
  keeper.want(policyOf("11.0.0.0/8", "12.0.0.0/8"));
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  assert.match(await sync(), /somebody had changed the rules/);
  keeper.want(policyOf("13.0.0.0/8"));
  assert.not.match(await sync(), /somebody/);
  assert.equal(syncs.at(-1), { result: "changed", drift: false });
});

test("drift that cannot be repaired is shown too", async () => {
  const { table, sync } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  table.intercept = (command) => (command.includes("-restore") ? { exit: 4 } : undefined);
  assert.match(
    await sync(),
    /warning: ipv4: somebody has changed the rules; to repair them:\n\+ -A IP-MASQ-AGENT -d 10/,
  );
});

test("rules that another has made as a new config wants them are no drift", async () => {
  const { table, keeper, sync, syncs } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  const next = policyOf("11.0.0.0/8");
  await iptablesBackend("nft", assert.unreachable, table.host).sync(next);
  keeper.want(next);
  assert.not.match(await sync(), /somebody|drift/);
  assert.equal(syncs.at(-1), { result: "in_sync", drift: false });
});

test("what the agent itself has written is no drift, though it could not look at it", async () => {
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
  assert.not.match(await sync(), /somebody|drift/);
  assert.equal(syncs.at(-1), { result: "changed", drift: false });
});

test("what was there before the first write is shown with it", async () => {
  const { table, sync } = keeping(policyOf("10.0.0.0/8"));
  table.write(`*nat\n:${OURS} - [0:0]\n-A ${OURS} -j X\nCOMMIT\n`);
  assert.match(
    await sync(),
    /^info: ipv4: the first write, on what was there:\n {2}:IP-MASQ-AGENT .*\n- -A IP-MASQ-AGENT -j X\n/m,
  );
});

test("another program that writes the chain is reported after the third repair, until that is over", async () => {
  const { table, sync, states } = keeping(policyOf("10.0.0.0/8"));
  await sync();
  const contested = async () => {
    table.write(`*nat\n-F ${OURS}\nCOMMIT\n`);
    return sync();
  };
  const contest =
    /^warning: ipv4: another program writes chain IP-MASQ-AGENT or the jump to it too: three repairs and more in 10 syncs$/m;
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
      /^warning: ipv4: somebody had changed the exceptions:\n- 11\.0\.0\.0\/8\n\+ 10\.0\.0\.0\/8$/m,
    );
    assert.is(readFileSync(file, "utf8"), kept);
    await contested();
    const contest = /^warning: ipv4: another program writes the exceptions in .*cni\.conf too: three repairs/m;
    assert.match(await contested(), contest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
