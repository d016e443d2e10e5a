// doctor --flow on a node: its answer matches what the outside sees, even with rules that iptables cannot show.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, makeNetwork } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, restore, withFolder, withNode } from "./harness.ts";
import { METRICS, sample, withLoop } from "./loop.ts";
import { nft } from "./nft.ts";

const { pod, node: masqueraded, inside, outside } = ADDRESSES.ipv4;

const MASQUERADE =
  '-m comment --comment "ip-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" -j MASQUERADE --random-fully';

interface Answer {
  readonly outcome: { readonly kind: string };
  readonly seen: readonly string[];
  readonly output: { readonly name: string; readonly by: string };
  readonly decides?: { readonly tool: string; readonly chain: string; readonly rule: string; readonly owner?: string };
}

kernelTest("the outside sees the source that doctor --flow shows, and the rule that it names decides", async () => {
  const network = await makeNetwork();
  const ask = async (destination: string, runtime: "node" | "deno" = "node"): Promise<Answer> => {
    const args = ["doctor", "--flow", pod, destination, "--protocol=udp", "--port=7007", "--output=json"];
    const { exit, stdout, stderr } = await agent(network.node, args, { runtime });
    assert.is(exit, 0, stderr);
    const answer = JSON.parse(stdout) as Answer;
    const [[seen] = []] = network.send(network.pod, [{ protocol: "udp", host: destination }]);
    assert.equal(answer.seen, [seen?.address], `${destination}: ${stdout}`);
    assert.equal(answer.output, { name: "eth0", by: "routes" });
    return answer;
  };
  try {
    await withFolder(async (folder) => {
      const config = configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
      const { exit, stderr } = await agent(network.node, ["apply", "--iptables-variant=nft", config]);
      assert.is(exit, 0, stderr);
    });
    assert.is((await ask(inside)).outcome.kind, "kept");
    const own = await ask(outside, "deno");
    assert.equal([own.seen, own.decides?.chain, own.decides?.owner], [[masqueraded], "IP-MASQ-AGENT", "ip-masq-agent"]);

    // After our jump: kept packets are not bound, so the rule masquerades them.
    restore(network.node, "legacy", "*nat\n-A POSTROUTING -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n");
    const late = await ask(inside);
    assert.equal([late.seen, late.decides?.tool, late.decides?.owner], [[masqueraded], "iptables-legacy", "Docker"]);

    // A rule before it that iptables cannot show. It is not known which iptables variant runs first.
    nft(network.node, "insert rule ip nat POSTROUTING ip daddr { 203.0.113.0/24, 10.99.0.0/16 } snat to 192.0.2.1");
    const either = await ask(inside);
    assert.equal([either.outcome.kind, either.seen], ["maybe", [masqueraded]]);
    restore(network.node, "legacy", "*nat\n-D POSTROUTING -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n");
    const strange = await ask(inside);
    assert.is(strange.decides?.rule, "ip daddr { 10.99.0.0/16, 203.0.113.0/24 } snat to 192.0.2.1");
    nft(
      network.node,
      "add table inet first { flags dormant; chain c { type nat hook postrouting priority -150; drop; }; }",
    );
    await ask(inside);
    const text = await agent(network.node, ["doctor", "--flow", pod, "192.0.2.77", "--protocol=udp"]);
    assert.equal(text.stdout.split("\n"), [
      `from ${pod}; to 192.0.2.77; udp; leaves through eth0 (main routing table)`,
      "",
      `iptables-nft, table ip nat, chain POSTROUTING (priority 100)`,
      "  match  POSTROUTING rule 2: fib daddr type != local counter jump IP-MASQ-AGENT",
      `  match    IP-MASQ-AGENT rule 3: ${MASQUERADE}`,
      `iptables-legacy, table ip nat, chain POSTROUTING (priority 100)`,
      "  no rule matches",
      "",
      "masqueraded: its source becomes the address of eth0",
      `the destination sees ${masqueraded}`,
      `decided by iptables-nft, IP-MASQ-AGENT rule 3: ${MASQUERADE}`,
      "  a rule of ip-masq-agent itself: explain shows its entry in the config",
      "",
    ]);
  } finally {
    network.close();
  }
});

kernelTest("status, apply and the agent warn about a rule that overrides the config", () =>
  withNode(async (node, folder) => {
    const flags = [configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\nsourceCIDRs: [10.244.0.0/16]\n")];
    const lines = "-A POSTROUTING -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE";
    const warning =
      "a rule of Docker masquerades IPv4 packets that the config keeps: iptables-nft nat POSTROUTING: -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE; run ip-masq-agent doctor for details";
    assert.is((await agent(node, ["apply", ...flags])).stderr, "");
    assert.is((await agent(node, ["status", ...flags])).stderr, "");
    restore(node, "nft", `*nat\n${lines}\nCOMMIT\n`);
    assert.is((await agent(node, ["apply", ...flags])).stderr, `${warning}\n`);
    const status = await agent(node, ["status", "-o", "json", ...flags], { runtime: "deno" });
    assert.equal(JSON.parse(status.stdout).warnings, [warning]);
    await withLoop(node, [METRICS, ...flags], async (loop) => {
      const rules = async () => sample((await loop.get("/metrics")).text, 'foreign_rules{certain="true"}');
      await loop.until(async () => (await rules()) === 1, "the check of other programs' rules");
      await loop.until(() => loop.log().includes(warning), "the warning in the log");
    });
  }),
);

kernelTest("doctor --flow reports errors in its arguments", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [[pod], /unexpected "10.244.0.2": doctor takes addresses only with --flow/],
    [["--flow", pod], /--flow needs two addresses/],
    [["--flow", pod, "example.org"], /: example.org is neither an IP address nor a CIDR/],
    [["--flow", "10.0.0.0/33", inside], /: 10.0.0.0\/33 is not a CIDR: the length is more than 32; write an address/],
    [["--flow", pod, "fd00::1"], /belong to different families/],
    [["--flow", pod, inside, "--port=53"], /ports need a protocol that has ports, such as --protocol=tcp/],
    [["--flow", pod, inside, "--protocol=tpc"], /unknown protocol "tpc"/],
    [["--flow", pod, inside, "--protocol=tcp", "--port=70000"], /invalid value "70000" for flag -port/],
    [["--flow", pod, inside, "--mark=x"], /invalid value "x" for flag -mark/],
  ];
  for (const [args, message] of cases) {
    const { exit, stderr } = await agent(undefined, ["doctor", ...args]);
    assert.is(exit, 1, args.join(" "));
    assert.match(stderr, message);
  }
});

test.run();
