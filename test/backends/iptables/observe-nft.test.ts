// The output of the nft variant's tools if the table has a rule that iptables does not know: nft lists the chain.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { iptablesBackend } from "../../../src/backends/index.ts";
import { desiredChain } from "../../../src/backends/iptables/index.ts";
import { ToolError } from "../../../src/host/index.ts";
import { errorOf } from "../../error-of.ts";
import { fakeIptables } from "../../fake-iptables.ts";
import { policyOf } from "../../policy-of.ts";
import { type Step, scriptedRunner } from "../../scripted-runner.ts";

const POLICY = policyOf("10.0.0.0/8");
const { jump, rules } = desiredChain(POLICY);
const OURS = "IP-MASQ-AGENT";
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

test.run();
