// The iptables backend on a table in memory and on scripted tools: the commands that it runs, and how it handles their output.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { iptablesBackend, ReferencedError, VerifyError } from "../../src/backends/index.ts";
import { desiredChain } from "../../src/backends/iptables/index.ts";
import { detectVariant } from "../../src/backends/iptables/variant.ts";
import { ToolError } from "../../src/host/index.ts";
import { errorOf } from "../error-of.ts";
import { fakeIptables } from "../fake-iptables.ts";
import { policyOf } from "../policy-of.ts";
import { type Step, scriptedRunner } from "../scripted-runner.ts";

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

// The output of the nft variant's tools if the table has a rule that iptables does not know.
const S = "iptables-nft -t nat -S";
const OWN: Step = { command: `${S} ${OURS}`, stdout: `-N ${OURS}\n${rules.map((r) => `-A ${OURS} ${r}\n`).join("")}` };
const HIDDEN: Step = {
  command: `${S} POSTROUTING`,
  exit: 1,
  stderr: "iptables: chain `POSTROUTING' in table `nat' is incompatible, use 'nft' tool.",
};
const LIST = "list chain ip nat POSTROUTING";

/** The two listings of POSTROUTING by nft, for rules by handle: as text, and as JSON expressions. */
function listings(list: readonly (readonly [handle: number, text: string, expressions: unknown])[]): readonly Step[] {
  const items = list.map(([handle, , expr]) => ({ rule: { handle, expr } }));
  const lines = list.map(([handle, text]) => `\t\t${text} # handle ${handle}\n`).join("");
  return [
    { command: `nft -a -j ${LIST}`, stdout: JSON.stringify({ nftables: items }) },
    { command: `nft -a -s ${LIST}`, stdout: `table ip nat {\n\tchain POSTROUTING { # handle 1\n${lines}\t}\n}\n` },
  ];
}
const MARK = [4, "ct mark set 0x5", [{ mangle: {} }]] as const;
const JUMP = [
  5,
  "xt match addrtype counter jump IP-MASQ-AGENT",
  [{ xt: {} }, { counter: {} }, { jump: { target: OURS } }],
] as const;
const CHECK = /^iptables-nft -t nat -C POSTROUTING -m comment /;

/** Syncs with scripted tools; returns what was written, the warnings, and the commands that write. */
async function syncScripted(steps: readonly Step[]) {
  const { run, calls, left } = scriptedRunner(steps);
  const warnings: string[] = [];
  const host = { ...fakeIptables().host, run };
  const written = await iptablesBackend("nft", (message) => warnings.push(message), host).sync(POLICY);
  assert.equal(left(), [], "all that is scripted happens");
  return { written, warnings, writes: calls.filter((call) => /-restore|nft delete/.test(call)) };
}

test("with a hidden rule nft is used, and the jump that iptables knows is left alone", async () => {
  const { written, warnings } = await syncScripted([OWN, HIDDEN, ...listings([MARK, JUMP]), { command: CHECK }]);
  assert.is(written, undefined);
  assert.equal(warnings, [
    "ipv4 (iptables-nft): chain POSTROUTING has a rule that iptables cannot show: ct mark set 0x5",
  ]);
});

test("with a hidden rule a missing jump is added", async () => {
  const look = [OWN, HIDDEN];
  const { written, writes } = await syncScripted([
    ...look,
    ...listings([MARK]),
    { command: "iptables-nft-restore --noflush -w 10" },
    ...look,
    ...listings([MARK, JUMP]),
    { command: CHECK },
  ]);
  assert.equal(written?.counts, { added: 1, removed: 0, kept: 2 });
  assert.is(
    writes[0],
    `iptables-nft-restore --noflush -w 10\n*nat\n-I IP-MASQ-AGENT 3 -j RETURN\n-D IP-MASQ-AGENT 3\n-A POSTROUTING ${jump}\nCOMMIT\n`,
  );
});

test("with a hidden rule a jump of another program is removed by its handle", async () => {
  const native = [9, `ct mark 0x7 goto ${OURS}`, [{ ct: {} }, { goto: { target: OURS } }]] as const;
  const { written, writes } = await syncScripted([
    OWN,
    HIDDEN,
    ...listings([MARK, JUMP, native]),
    { command: CHECK },
    // Two jumps: each is listed by its position.
    { command: `${S} POSTROUTING 2`, stdout: `-A POSTROUTING ${jump}\n` },
    { command: `${S} POSTROUTING 3`, exit: 1, stderr: "is incompatible" },
    { command: "nft delete rule ip nat POSTROUTING handle 9", delay: 5 },
    OWN,
    HIDDEN,
    ...listings([MARK, JUMP]),
    { command: CHECK },
  ]);
  assert.equal(written?.counts, { added: 0, removed: 1, kept: 3 });
  assert.equal(writes, ["nft delete rule ip nat POSTROUTING handle 9"]);
});

test("without nft the error names the chain that needs it", async () => {
  const missing = (flags: string): Step => ({ command: `nft ${flags} ${LIST}`, fails: "missing" });
  const error = await errorOf(syncScripted([OWN, HIDDEN, missing("-a -j"), missing("-a -s")]));
  assert.instance(error, ToolError);
  assert.match(
    error.message,
    /^nft .*POSTROUTING: not found; chain POSTROUTING has a rule that iptables cannot show: install/,
  );
});

test("a chain that 1.8.9 calls incompatible, and that does not exist", async () => {
  const { run, left } = scriptedRunner([
    { ...HIDDEN, command: `${S} ${OURS}` },
    { command: `${S} POSTROUTING`, stdout: "-P POSTROUTING ACCEPT\n" },
    { command: `iptables-nft -t nat -C POSTROUTING -j ${OURS}`, exit: 2, stderr: `Chain '${OURS}' does not exist` },
  ]);
  const planned = await iptablesBackend("nft", assert.unreachable, { ...fakeIptables().host, run }).plan(POLICY);
  assert.is(planned?.changes[0]?.op, "add");
  assert.equal(left(), []);
});

/** The output of the tools, and the variant that the node uses. */
const NODES: [string, readonly Step[], "nft" | "legacy"][] = [
  ["no nft tools", [{ command: /^ip6?tables-nft-save/, fails: "missing" }], "legacy"],
  [
    "kubelet's chain",
    [{ command: /^iptables-nft-save/, stdout: "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n" }],
    "nft",
  ],
  ["plain iptables is nft", [{ command: "iptables -V", stdout: "iptables v1.8.9 (nf_tables)" }], "nft"],
  [
    "kubelet's chain in the legacy tables",
    [
      { command: /^iptables-nft-save -t mangle/, stderr: "# Warning: iptables-legacy tables present" },
      { command: /^iptables-legacy-save/, stdout: "*mangle\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n" },
    ],
    "legacy",
  ],
];

for (const [what, steps, variant] of NODES) {
  test(`the variant of a node: ${what}`, async () => {
    const { run } = scriptedRunner([
      ...steps,
      ...Array.from({ length: 4 }, () => ({ command: /^ip6?tables-\w+-save/ })),
    ]);
    assert.is(await detectVariant(run, OURS), variant);
  });
}

test.run();
