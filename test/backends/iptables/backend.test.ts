// The iptables backend on a table in memory: the commands that it runs, and how it handles their output.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { iptablesBackend, ReferencedError, VerifyError } from "../../../src/backends/index.ts";
import { desiredChain } from "../../../src/backends/iptables/index.ts";
import { errorOf } from "../../error-of.ts";
import { fakeIptables } from "../../fake-iptables.ts";
import { policyOf } from "../../policy-of.ts";
import type { Step } from "../../scripted-runner.ts";

const POLICY = policyOf("10.0.0.0/8");
const { jump, rules } = desiredChain(POLICY);
const OURS = "IP-MASQ-AGENT";
const SILENT = () => {};

for (const variant of ["nft", "legacy"] as const) {
  test(`writes, keeps and removes rules (${variant})`, async () => {
    const table = fakeIptables();
    const backend = iptablesBackend(variant, assert.unreachable, table.host);
    assert.equal((await backend.sync(POLICY))?.counts, { added: 3, removed: 0, kept: 0 });
    assert.equal(table.chains.get(OURS), rules);
    assert.equal(table.chains.get("POSTROUTING"), [jump]);
    const restores = () => table.calls.filter((call) => /-restore/.test(call)).length;
    assert.is(restores(), 1, "one transaction");

    assert.is(await backend.sync(POLICY), undefined);
    assert.is(restores(), 1, "no needless write");
    assert.equal((await backend.sync(policyOf("10.0.0.0/8", "11.0.0.0/8")))?.counts, { added: 1, removed: 0, kept: 3 });

    const removed = await backend.cleanup("ipv4", OURS);
    assert.is(backend.describeCleanup(OURS, removed), `removed: chain ${OURS} and 4 rules`);
    const one = removed && { ...removed, counts: { ...removed.counts, removed: 1 } };
    assert.is(backend.describeCleanup(OURS, one), `removed: chain ${OURS} and 1 rule`);
    assert.equal([...table.chains], [["POSTROUTING", []]]);
    const again = await backend.cleanup("ipv4", OURS);
    assert.is(backend.describeCleanup(OURS, again), `chain ${OURS} not found; nothing to remove`);
  });
}

/** How a tool misbehaves, and the error of the sync. */
const BROKEN: [string, "nft" | "legacy", RegExp, Omit<Step, "command">, RegExp][] = [
  [
    "fails to read",
    "nft",
    / -S IP-/,
    { exit: 3, stderr: "no luck" },
    /^iptables-nft -t nat -S \S+: exit 3\n\s+\| no luck/,
  ],
  [
    "fails to write",
    "nft",
    /-restore/,
    { exit: 1, stderr: "line 2 failed" },
    /^iptables-nft-restore --noflush -w 10: exit 1: it refused the line: :IP-MASQ-AGENT .*\n\s+\| line 2 failed/,
  ],
  ["prints nonsense", "nft", / -S /, { stdout: "<html>\n" }, /-S \S+: cannot read the line "<html>"/],
  ["prints nothing", "nft", / -S /, {}, /-S \S+: table nat is not in the output, which is empty/],
  [
    "is cut short in a line",
    "nft",
    / -S IP-/,
    { stdout: "-N IP-MASQ-AGENT\n-A IP-MASQ-AGENT -d 10." },
    /-S IP-MASQ-AGENT: the output ends in the middle of a line/,
  ],
  ["prints no table", "legacy", /-save/, {}, /-save -c -t nat: table nat is not in the output, which is empty/],
  ["is cut short", "legacy", /-save/, { stdout: "*nat\n:X - [0:0]\n" }, /ends in the middle of a table/],
  ["reports success without writing", "nft", /-restore/, {}, /^after 3 transactions the rules still differ/],
  ["hangs", "legacy", /-restore/, { fails: "hung" }, /^iptables-legacy-restore --noflush -w 10: as the script says/],
];

for (const [what, variant, command, outcome, message] of BROKEN) {
  test(`a tool that ${what}: the error shows the command and its output`, async () => {
    const table = fakeIptables();
    table.intercept = (one) => (command.test(one) ? outcome : undefined);
    const error = await errorOf(iptablesBackend(variant, SILENT, table.host).sync(POLICY));
    assert.match(error.message, message);
    assert.equal([...table.chains], [["POSTROUTING", []]]);
  });
}

test("a program that always writes the same chain: three attempts, and the error shows the remaining difference", async () => {
  const table = fakeIptables();
  const backend = iptablesBackend("nft", SILENT, table.host);
  await backend.sync(POLICY);
  let looks = 0;
  table.intercept = (command) => {
    if (command.endsWith(`-S ${OURS}`)) table.write(`*nat\n:${OURS} - [0:0]\n-A ${OURS} -j X${++looks}\nCOMMIT\n`);
    return undefined;
  };
  const error = await errorOf(backend.sync(POLICY));
  assert.instance(error, VerifyError);
  assert.match(error.message, /\n {2}- -A IP-MASQ-AGENT -j X4\n {2}\+ -A IP-MASQ-AGENT -d 10\.0\.0\.0\/8 /);
});

test("a write that is refused because the rules have changed is computed again", async () => {
  const table = fakeIptables();
  const backend = iptablesBackend("nft", SILENT, table.host);
  await backend.sync(POLICY);
  table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
  table.intercept = (command) => {
    if (!command.includes("-restore")) return undefined;
    table.intercept = () => undefined;
    table.write(`*nat\n-D ${OURS} 1\nCOMMIT\n`);
    return { exit: 1, stderr: "line 2 failed" };
  };
  assert.ok(await backend.sync(POLICY));
  assert.equal(table.chains.get(OURS), rules);
});

test("a chain that other rules use is not removed", async () => {
  const table = fakeIptables();
  const backend = iptablesBackend("legacy", SILENT, table.host);
  await backend.sync(POLICY);
  table.chains.set("OTHER", [`-j ${OURS}`]);
  const error = await errorOf(backend.cleanup("ipv4", OURS));
  assert.instance(error, ReferencedError);
  assert.equal((error as ReferencedError).references, [`-A OTHER -j ${OURS}`]);
  assert.is(table.calls.filter((call) => /-restore/.test(call)).length, 1);

  table.intercept = () => ({ exit: 1, stderr: "no table" });
  assert.ok(backend.isUnreadable(await errorOf(backend.cleanup("ipv4", OURS))));
  assert.not(backend.isUnreadable(error));
});

test.run();
