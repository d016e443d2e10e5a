import { test } from "uvu";
import * as assert from "uvu/assert";
import { findOverrides } from "../../src/doctor/index.ts";
import { comparedSteps, nftJson, saveText } from "../netfilter/views.ts";
import { policyOf } from "../policy-of.ts";
import { type Step, scriptedRunner } from "../scripted-runner.ts";

const OURS = { chain: "IP-MASQ-AGENT", table: "ip-masq-agent" };
const POLICY = policyOf("10.0.0.0/8");
const CHAINS: Step = {
  command: "nft -j list chains",
  stdout: nftJson({ table: "nat", chains: { POSTROUTING: { priority: 100, rules: [] } } }),
};
/** Used only if the machine that runs this test has such a table. */
const LEGACY: Step = { command: /^iptables-legacy-save/, fails: "missing" };
const RULES = ["-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"];

test("a finding is one line, with the rule", async () => {
  const save: Step = { command: "iptables-nft-save -t nat", stdout: saveText(RULES) };
  const { run } = scriptedRunner([CHAINS, LEGACY, save, ...comparedSteps(RULES)]);
  const { findings, lines, gap } = await findOverrides([POLICY], OURS, run);
  assert.is(findings.length, 1);
  assert.is(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /^a rule of Docker .* IPv4 packets .*: iptables-nft .*: -s 172\.17\..* -j MASQUERADE; run ip-masq-agent doctor for details$/,
  );
  assert.is(gap, undefined);
});

test("a tool that takes too long is named", async () => {
  const { run } = scriptedRunner([
    CHAINS,
    LEGACY,
    { command: "iptables-nft-save -t nat", fails: "hung" },
    // Then the table is read by nft.
    ...Array.from({ length: 3 }, (): Step => ({ command: /^nft .*list table ip nat$/, fails: "missing" })),
  ]);
  const { lines, gap } = await findOverrides([POLICY], OURS, run);
  assert.equal(lines, []);
  assert.match(gap ?? "", /: iptables-nft-save -t nat takes more than 2 s; ip-masq-agent doctor waits for it$/);
});

test("for a policy with very many entries no tool runs", async () => {
  const { run, calls } = scriptedRunner([]);
  const large = { ...POLICY, rules: Array.from({ length: 10_001 }, () => POLICY.rules[0]) } as typeof POLICY;
  assert.equal(await findOverrides([large], OURS, run), { findings: [], lines: [], gap: undefined });
  assert.equal(calls, []);
});

test.run();
