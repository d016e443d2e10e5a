// Plans for a node's actual state: the output of iptables and nft is read back into its meaning.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, PLACES, type Place, withNode } from "./harness.ts";

const BEFORE = `nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16, 'fd00::/8']
masqueradeCIDRs: [10.1.0.0/16]
snat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5-203.0.113.9 }]
sourceCIDRs: [10.244.0.0/16, 'fd00:1::/32']
outputInterfaces: [eth*, wan0]
`;
const AFTER = `nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/16', 172.16.0.0/12]
masqueradeCIDRs: [10.2.0.0/16]
sourceCIDRs: [10.244.0.0/16, 10.245.0.0/16, 'fd00:1::/32']
outputInterfaces: [eth*, wan0]
`;

const EXPECTED = `ipv4:
  ~ 10.1.0.0/16 (65,536 addresses): masqueraded → kept
  ~ 10.2.0.0/16 (65,536 addresses): kept → masqueraded
  ~ 172.16.0.0/12 (1,048,576 addresses): masqueraded → kept
  ~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded
  ~ 198.51.100.0/24 (256 addresses): translated to 203.0.113.5-203.0.113.9 →
    masqueraded
  ~ source addresses: 10.244.0.0/16 → 10.244.0.0/15
  ~ source ports: 1024-2047, 4096-8191 → 5000
  ~ source ports chosen at random: yes → no
ipv6:
  ~ fd01::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff (over 2^119 addresses):
    kept → masqueraded
PLUS  ~ source ports: 1024-2047, 4096-8191 → 5000
  ~ source ports chosen at random: yes → no
Run: ip-masq-agent apply …
`;

for (const place of Object.keys(PLACES) as Place[]) {
  kernelTest(`plan reads the rules back (${place})`, () =>
    withNode(async (node, folder) => {
      const flags = [...PLACES[place], "--enable-ipv6"];
      const applied = await agent(node, [
        "apply",
        ...flags,
        "--to-ports=1024-2047,4096-8191",
        configFlag(folder, BEFORE),
      ]);
      assert.is(applied.exit, 0, applied.stderr);
      const after = [...flags, "--to-ports=5000", "--random-fully=false", configFlag(folder, AFTER, "after.yaml")];
      const { exit, stdout, stderr } = await agent(node, ["plan", "--exit-code", ...after]);
      assert.is(exit, 2, stderr);
      const text = stdout
        .replace(/^ +rules.* to stay\n/gm, "")
        .replace(/ \((iptables-nft|iptables-legacy|nftables)\):$/gm, ":")
        .replace(/^To apply them, run:\n.*$/m, "Run: ip-masq-agent apply …");
      // A table has no entries inside others with the same verdict.
      const entry = "  + fd00::/16: kept; no verdict changes\n";
      assert.is(text, EXPECTED.replace("PLUS", place === "nftables" ? "" : entry));
    }),
  );
}

kernelTest("status names the entries that are in force", () =>
  withNode(async (node, folder) => {
    const flags = [...PLACES.nft, configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqLinkLocal: true\n")];
    await agent(node, ["apply", ...flags]);
    runInside(node, ["iptables-nft", "-t", "nat", "-A", "IP-MASQ-AGENT", "-p", "icmp", "-j", "RETURN"]);
    const { stdout } = await agent(node, ["status", ...flags]);
    assert.match(
      stdout,
      /^backend: .*\nipv4 \(iptables-nft\): not in sync\n {2}- 1 rule of another program in chain IP-MASQ-AGENT\n {2}rules: 0 to add, 1 to remove, 3 to stay\n {2}connections {2}entry\n {12}0 {2}10\.0\.0\.0\/8: kept\n {12}0 {2}everything else: masqueraded\n/,
    );
    assert.not.match(stdout, /-A IP-MASQ-AGENT/);
    assert.match((await agent(node, ["status", "--rules", ...flags])).stdout, /-A IP-MASQ-AGENT -p icmp -j RETURN\n/);
  }),
);

test.run();
