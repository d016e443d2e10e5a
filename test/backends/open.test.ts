import { test } from "uvu";
import * as assert from "uvu/assert";
import { AUTO, BACKENDS, type BackendChoice, backendOpener } from "../../src/backends/index.ts";
import type { Host, Runner } from "../../src/host/index.ts";
import type { FamilyPolicy } from "../../src/policy/index.ts";
import { errorOf } from "../error-of.ts";
import { fakeIptables } from "../fake-iptables.ts";
import { fakeNft } from "../fake-nft.ts";
import { policyOf } from "../policy-of.ts";
import { runOf, type Step } from "../scripted-runner.ts";

type Outcome = Omit<Step, "command" | "delay">;

const OURS = "IP-MASQ-AGENT";

/** A node with both kinds of tools; `answers` has the output of commands that the fakes do not know. */
function node(answers: (command: string) => Outcome | undefined = () => undefined, now = () => 0) {
  const iptables = fakeIptables();
  const nft = fakeNft();
  const run: Runner = async (name, args, how) => {
    const command = [name, ...args].join(" ");
    const answer = answers(command);
    if (answer) return runOf(command, answer);
    // The node's variant is detected by reading table mangle.
    if (args.includes("mangle")) return runOf(command, { stdout: ":KUBE-KUBELET-CANARY - [0:0]\n" });
    return (name === "nft" ? nft.host : iptables.host).run(name, args, how);
  };
  const host: Host = { ...iptables.host, run };
  const notes: string[] = [];
  const warnings: string[] = [];
  const opener = (choice: BackendChoice = AUTO, agentRuns = false) =>
    backendOpener(choice, {
      chain: OURS,
      flag: (name) => ({ "iptables-variant": "auto", "nft-table": "ip-masq-agent" })[name] ?? "",
      warn: (message) => void warnings.push(message),
      note: (message) => void notes.push(message),
      host,
      now,
      agentRuns,
    });
  return { iptables, nft, opener, notes, warnings };
}

const kindOf = (name: string) => BACKENDS.find((kind) => kind.name === name) ?? AUTO;
const enforced = (policy: FamilyPolicy): FamilyPolicy => ({ ...policy, enforceKeep: true });

const isMissing = (pattern: RegExp) => (command: string) =>
  pattern.test(command) ? ({ fails: "missing" } as const) : undefined;

const CHOICES: readonly (readonly [
  what: string,
  policy: FamilyPolicy,
  answers: (command: string) => Outcome | undefined,
  expected: string,
])[] = [
  ["an ordinary node", policyOf(), () => undefined, "iptables-nft: default"],
  [
    "kube-proxy in nftables mode",
    policyOf(),
    (command) => (command === "nft list chain ip kube-proxy nat-postrouting" ? {} : undefined),
    "nftables: kube-proxy runs in nftables mode",
  ],
  ["a config that binds", enforced(policyOf()), () => undefined, "nftables: the config sets enforceNonMasquerade"],
  ["no iptables", policyOf(), isMissing(/^ip6?tables/), "nftables: iptables is not installed"],
  ["no nft", policyOf(), isMissing(/^nft/), "iptables-nft: default"],
  [
    "an iptables that lacks modules",
    policyOf(),
    (command) =>
      command.includes("--test") ? { exit: 2, stderr: "Warning: Extension MASQUERADE is not supported" } : undefined,
    "nftables: iptables-nft does not support the rules: Warning: Extension MASQUERADE is not supported",
  ],
  [
    "an iptables that is only locked",
    policyOf(),
    (command) => (command.includes("--test") ? { exit: 4, stderr: "locked" } : undefined),
    "iptables-nft: default",
  ],
];

for (const [what, policy, answers, expected] of CHOICES) {
  test(`auto: ${what}`, async () => {
    const { backend, reason } = await node(answers).opener()(policy);
    assert.is(`${backend.name}: ${reason}`, expected);
  });
}

test("a missing tool, or an nft that is too old, is a clear error", async () => {
  const neither = await errorOf(node(isMissing(/^(nft|ip6?tables)/)).opener()(policyOf()));
  assert.match(neither.message, /neither is installed; install the nftables package/);
  const old = (command: string) => (command === "nft --version" ? { stdout: "nftables v0.9.8 (E.D.S.)" } : undefined);
  const error = await errorOf(node(old).opener()(enforced(policyOf())));
  assert.match(error.message, /^nft 0\.9\.8 is too old: the nftables backend needs nft 1\.0\.1 or later/);
});

test("rules in force are read once and need no trial, unless something is to be written", async () => {
  const { iptables, opener } = node();
  const wanted = policyOf("10.0.0.0/8");
  const toolsOf = async (policy: FamilyPolicy) => {
    iptables.calls.length = 0;
    const { backend } = await opener()(policy);
    const written = await backend.sync(policy);
    const again = await backend.sync(policy);
    assert.is(again, undefined);
    const count = (pattern: RegExp) => iptables.calls.filter((call) => pattern.test(call)).length;
    return { written: written !== undefined, tried: count(/--test/), looks: count(/-S POSTROUTING/) };
  };
  // Before the trial, before and after the write, and in the second sync.
  assert.equal(await toolsOf(wanted), { written: true, tried: 1, looks: 4 });
  assert.equal(await toolsOf(wanted), { written: false, tried: 0, looks: 2 });
  assert.equal(await toolsOf(policyOf("10.0.0.0/8", "192.0.2.0/24")), { written: true, tried: 1, looks: 4 });
});

test("the node is checked once, and a failed open is tried again", async () => {
  let asked = 0;
  let broken = true;
  const open = node((command) => {
    if (command.includes("kube-proxy")) asked++;
    return broken && command.includes("mangle") ? { fails: "hung" } : undefined;
  }).opener();
  await errorOf(open(policyOf()));
  broken = false;
  const [first, second] = [await open(policyOf()), await open(policyOf("10.0.0.0/8"))];
  assert.equal([asked, first.backend === second.backend], [2, true]);
});

test("a switch puts the new rules in force, and then removes the old ones, in both directions", async () => {
  const { iptables, nft, opener, notes } = node();
  const open = opener();
  const plain = policyOf("10.0.0.0/8");
  await (await open(plain)).backend.sync(plain);
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [true, 0]);

  const order: string[] = [];
  const writes = (tool: string) => (command: string) => {
    if (/-restore --noflush|-f -/.test(command)) order.push(tool);
    return undefined;
  };
  iptables.intercept = writes("iptables");
  nft.intercept = writes("nft");
  const binding = enforced(plain);
  await (await open(binding)).backend.sync(binding);
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [false, 1]);
  await (await open(plain)).backend.sync(plain);
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [true, 0]);
  assert.equal(order, ["nft", "iptables", "iptables", "nft"]);
  assert.equal(notes, [
    "ipv4 (iptables-nft): removed: chain IP-MASQ-AGENT and 3 rules",
    "ipv4 (nftables): removed: table ip-masq-agent",
  ]);
});

test("leftovers of a killed switch are removed at the next start", async () => {
  const { iptables, nft, opener } = node();
  const policy = policyOf("10.0.0.0/8");
  await (await opener(kindOf("iptables"))(policy)).backend.sync(policy);
  nft.tables.set("ip ip-masq-agent", { properties: [], blocks: [] });
  const opened = await opener()(policy);
  const [leftover] = await Promise.all((await opened.others()).map((other) => other.planCleanup("ipv4", OURS)));
  assert.is(leftover?.text, "delete table ip ip-masq-agent\n");
  assert.is(await opened.backend.sync(policy), undefined, "the rules are right already");
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [true, 0]);
});

test("leftovers that cannot be removed are reported, and each sync tries again until it succeeds", async () => {
  const { iptables, nft, opener, warnings } = node();
  const policy = policyOf("10.0.0.0/8");
  await (await opener(kindOf("iptables"))(policy)).backend.sync(policy);
  const { backend } = await opener(kindOf("nftables"))(policy);
  iptables.intercept = (command) => (command.endsWith("-w 10") ? { exit: 4, stderr: "locked" } : undefined);
  await backend.sync(policy);
  await backend.sync(policy);
  assert.is(warnings.length, 2);
  assert.match(warnings[0] ?? "", /^ipv4: rules left by iptables-nft could not be removed: [\s\S]*locked/);
  iptables.intercept = () => undefined;
  await backend.sync(policy);
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [false, 1]);
  const calls = iptables.calls.length;
  await backend.sync(policy);
  assert.is(iptables.calls.length, calls, "nothing is left to look for");
});

test("next to an agent its backend is used, unless it was chosen for a key that the config no longer has", async () => {
  const { opener } = node();
  const plain = policyOf("10.0.0.0/8");
  const chosenFor = async (policy: FamilyPolicy) => {
    const { backend, reason } = await opener(AUTO, true)(policy);
    return `${backend.name}: ${reason}`;
  };
  const { backend } = await opener(kindOf("nftables"))(plain);
  await backend.sync(plain);
  assert.is(await chosenFor(policyOf("11.0.0.0/8")), "nftables: in use by the agent on this node");
  await backend.sync(enforced(plain));
  assert.is(await chosenFor(policyOf("11.0.0.0/8")), "iptables-nft: default");
  assert.is(await chosenFor(enforced(plain)), "nftables: the config sets enforceNonMasquerade");
});

test("rules that another process restores are removed with the next repair, or a minute later", async () => {
  const policy = policyOf("10.0.0.0/8");
  let clock = 0;
  const { iptables, nft, opener } = node(
    () => undefined,
    () => clock,
  );
  const { backend } = await opener(kindOf("nftables"))(policy);
  await backend.sync(policy);
  const bringBack = async () => (await opener(kindOf("iptables"))(policy)).backend.sync(policy);

  // As apply does with another backend: it writes its rules and removes ours.
  await bringBack();
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [true, 0]);
  assert.ok(await backend.sync(policy), "a repair");
  assert.equal([iptables.chains.has(OURS), nft.tables.size], [false, 1]);

  // Restored by a process that leaves our table alone.
  const table = structuredClone([...nft.tables]);
  await bringBack();
  for (const [name, one] of table) nft.tables.set(name, one);
  await backend.sync(policy);
  assert.is(iptables.chains.has(OURS), true, "not looked for yet");
  clock += 60_000;
  assert.is(await backend.sync(policy), undefined);
  assert.is(iptables.chains.has(OURS), false);
});

test("a CNI config is independent of the kernel's rules", async () => {
  const { others } = await node().opener(kindOf("windows-cni"))(policyOf());
  assert.equal(await others(), []);
});

test("without iptables, nft removes the chain in its nft variant", async () => {
  const own = { handle: 8, expr: [{ xt: {} }, { return: null }] };
  const jump = { handle: 5, expr: [{ counter: { packets: 1, bytes: 2 } }, { jump: { target: OURS } }] };
  let removed = "";
  const list = (chain: string, rule: object, text: string) => (command: string) => {
    if (!command.endsWith(`list chain ip nat ${chain}`)) return undefined;
    return { stdout: command.includes("-j") ? JSON.stringify({ nftables: [{ rule }] }) : text };
  };
  const { nft, opener, notes } = node((command) => {
    if (/^ip6?tables/.test(command)) return { fails: "missing" };
    return (
      list(OURS, own, "\t\treturn # handle 8\n")(command) ??
      list("POSTROUTING", jump, `\t\tcounter jump ${OURS} # handle 5\n`)(command)
    );
  });
  nft.intercept = (_, input) => {
    if (!input.includes("ip nat ")) return undefined;
    removed = input;
    return {};
  };
  const policy = policyOf("10.0.0.0/8");
  await (await opener()(policy)).backend.sync(policy);
  assert.is(
    removed,
    `delete rule ip nat POSTROUTING handle 5\nflush chain ip nat ${OURS}\ndelete chain ip nat ${OURS}\n`,
  );
  assert.equal(notes, [`ipv4 (iptables-nft): removed: chain ${OURS} and 2 rules`]);
});

test.run();
