// nft's text output means the same as its JSON.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { render } from "../../src/backends/nftables/index.ts";
import { type BaseChain, readNftItems, readNftTable, readPasted } from "../../src/netfilter/index.ts";
import { policyOf } from "../policy-of.ts";
import { kernelTest, withNode } from "./harness.ts";

/** Rules as programs write them; both kinds of output have to show each of them alike. */
const RULES = [
  "ip saddr 10.244.0.0/16 ip daddr != 224.0.0.0/4 counter masquerade fully-random",
  "ip saddr { 10.0.0.0/8, 172.16.0.1-172.16.0.9, 192.168.1.1 } oifname != { eth0, wlan* } masquerade",
  'ip saddr @pods ip daddr != @pods counter masquerade random,persistent comment "theirs: # no end"',
  "meta mark & 0x4000 == 0x4000 meta mark set meta mark ^ 0x4000 masquerade",
  "meta mark & 0xff != 0x12 return",
  "ct mark set meta mark",
  "meta mark set ct mark & 0xff00 | 0x1",
  "ct state established,related accept",
  "ct status dnat counter packets 5 bytes 6 return",
  "fib daddr type local return",
  "fib saddr . oif type != unicast drop",
  "tcp dport { 53, 80-90 } snat to 192.0.2.5:1000-2000",
  "meta l4proto { tcp, udp } th sport 1024-65535 snat to 192.0.2.5-192.0.2.9",
  "snat to ip saddr map { 10.1.0.0/16 : 192.0.2.1, 10.2.0.0/16 : 192.0.2.2 }",
  "snat to ip saddr map @addresses",
  "ip daddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 443 } masquerade",
  "ip daddr vmap { 10.0.0.0/8 : accept, 11.0.0.0/8 : jump other, 12.0.0.0/8 : goto other }",
  "ip daddr . meta l4proto vmap @verdicts",
  "oifname vmap { eth0 : return, eth1 : drop }",
  "ip protocol icmp icmp type echo-request limit rate 10/second burst 5 packets accept",
  'log prefix "a { b } ; c" level info accept',
  "meta nfproto ipv4 ip ttl 5 drop",
  "iif lo accept",
  "ip daddr 10.0.0.1 udp dport 53 dnat to 10.0.0.2",
  "numgen random mod 2 vmap { 0 : accept, 1 : continue }",
  "jump other",
];

const RULESET = `table inet theirs {
  set pods { type ipv4_addr; flags interval; elements = { 10.244.0.0/16, 10.245.0.0-10.245.0.9 } }
  map addresses { type ipv4_addr : ipv4_addr; elements = { 10.3.0.1 : 192.0.2.3 } }
  map verdicts { type ipv4_addr . inet_proto : verdict; elements = { 10.0.0.1 . tcp : jump other, 10.0.0.2 . udp : accept } }
  chain other { ip daddr 9.9.9.9 masquerade; }
  chain first { type nat hook postrouting priority srcnat - 5; policy accept; return; }
  chain post { type nat hook postrouting priority 110; policy drop;
    ${RULES.filter((rule) => !rule.includes("dnat to"))
      .map((rule) => rule.replace(/^snat to|(?<= )snat to/, "snat ip to"))
      .join("\n    ")}
  }
}
`;

/** The chains of the hook and all chains that they lead to, rule by rule. For parts that are not interpreted, only that they are not. */
function readable(chains: readonly BaseChain[]): readonly string[] {
  const json = (value: object) =>
    JSON.stringify(value, (key, one) => (typeof one === "bigint" ? `${one}` : /^(text|name)$/.test(key) ? "" : one));
  return chains
    .flatMap(({ family, table, chain, priority, policy, chains: all }) => [
      `${family} ${table} ${chain} ${priority} ${policy}`,
      ...[...all].flatMap(([name, rules]) =>
        rules.map(({ number, steps, comment }) => `${table} ${name} ${number}: ${json({ steps, comment })}`),
      ),
    ])
    .sort();
}

kernelTest("every form of rule, including our own tables, read from nft's text and from its JSON", () =>
  withNode(async (node) => {
    const own = [policyOf("10.0.0.0/8", "172.16.0.0/12"), { ...policyOf("10.0.0.0/8"), enforceKeep: true }];
    for (const policy of own) {
      runInside(node, ["nft", "flush", "ruleset"]);
      runInside(
        node,
        ["nft", "-f", "-"],
        RULESET +
          render([policy], "ip-masq-agent")
            .map(({ transaction }) => transaction)
            .join(""),
      );
      const text = runInside(node, ["nft", "list", "ruleset"]);
      const items = readNftItems([runInside(node, ["nft", "-j", "list", "ruleset"])]);
      const tables = [
        { family: "ip", table: "ip-masq-agent" },
        { family: "inet", table: "theirs" },
      ] as const;
      const wanted = tables.flatMap((place) => readNftTable(items, { tool: "nft", ...place, packets: "ipv4" }));
      const read = readPasted("ipv4", { iptables: "", nftables: text }).groups.flat();
      assert.ok(wanted.length >= 3);
      const [fromText, fromData] = [readable(read), readable(wanted)];
      assert.equal(
        fromText.filter((line) => !fromData.includes(line)),
        fromData.filter((line) => !fromText.includes(line)),
        text,
      );
    }
  }),
);

test.run();
