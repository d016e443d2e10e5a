import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Family } from "../../src/core/index.ts";
import type { Traffic } from "../../src/netfilter/index.ts";
import { type Answer, answer } from "./answer.ts";
import { iptables, numbers, set } from "./views.ts";

const IPTABLES: readonly (readonly [matches: string, expected: Answer, traffic?: Traffic, family?: Family])[] = [
  ["", "yes"],
  ["-s 10.244.0.0/16", "yes"],
  ["! -s 10.244.0.0/16", "no"],
  ["-s 10.244.0.0/16", "maybe", { source: set("10.0.0.0/8") }],
  ["-s 10.0.0.0/8", "yes", { source: set("10.244.0.0/16", "10.245.0.0/16") }],
  ["-s 10.0.0.2/255.0.0.255", "yes"],
  ["! -s 10.0.0.2/255.0.0.255", "no"],
  ["-s 10.0.0.2/255.0.0.255", "maybe", { source: undefined }],
  ["-s fd00:244::/32 ! -d fd00:99::/32", "no", {}, "ipv6"],
  ["-s fd00:244::/32 ! -d fd00:98::/32", "yes", {}, "ipv6"],
  ["-s not-an-address", "maybe"],
  ["-o eth0", "yes"],
  ["-o eth+", "yes"],
  ["! -o eth1", "yes"],
  ["-o eth0", "maybe", { outputInterface: undefined }],
  ["-o +", "yes", { outputInterface: undefined }],
  ["-o eth+", "yes", { outputInterface: ["eth1", "eth2*"] }],
  ["-o eth2", "maybe", { outputInterface: ["eth*"] }],
  ["! -o eth2", "yes", { outputInterface: ["cni*"] }],
  ["-p udp", "yes"],
  ["-p 17", "yes"],
  ["! -p tcp", "yes"],
  ["-p gre", "no"],
  ["-p no-such-protocol", "maybe"],
  ["-p tcp", "maybe", { protocol: undefined }],
  ["-p udp -m udp --dport 53", "yes"],
  ["-p udp -m udp ! --dport 1:100", "no"],
  ["-p udp -m udp --sport :1023", "no"],
  ["-p udp -m udp --sport 1024:", "yes"],
  ["-p udp -m multiport --dports 53,80:90", "yes"],
  ["-p udp -m multiport ! --dports 53,80:90", "no"],
  ["-p udp -m multiport --ports 40000", "yes"],
  ["-p udp -m multiport ! --ports 1,2", "yes"],
  ["-p tcp -m tcp --dport 53 --tcp-flags FIN,SYN,RST,ACK SYN", "maybe", { protocol: numbers(6) }],
  ["-p tcp -m tcp --dport 54 --tcp-flags FIN,SYN,RST,ACK SYN", "no", { protocol: numbers(6) }],
  ["-m mark --mark 0x0", "yes"],
  ["-m mark --mark 0x4000/0x4000", "no"],
  ["-m mark ! --mark 0x4000/0x4000", "yes"],
  ["-m mark --mark 0x4000/0x4000", "yes", { mark: 0x4001n }],
  ["-m mark --mark 0x4000/0x4000", "maybe", { mark: "unknown" }],
  ["-m connmark --mark 0x1", "yes", { connectionMark: 1n }],
  ["-m conntrack --ctstate NEW", "yes"],
  ["-m conntrack --ctstate RELATED,ESTABLISHED", "no"],
  ["-m conntrack ! --ctstate INVALID", "yes"],
  ["-m conntrack --ctstate DNAT", "no"],
  ["-m conntrack --ctstate DNAT", "yes", { dnat: true }],
  ["-m conntrack --ctstate RELATED,DNAT", "maybe", { dnat: "unknown" }],
  ["-m conntrack ! --ctstate NEW,DNAT", "no", { dnat: "unknown" }],
  ["-m conntrack --ctstatus ASSURED", "no"],
  ["-m conntrack --ctproto 17", "yes"],
  ["-m conntrack --ctorigsrc 10.244.0.0/16 --ctdir ORIGINAL", "yes"],
  ["-m conntrack --ctorigdst 10.99.0.1", "maybe"],
  ["-m state --state NEW", "yes"],
  ["-m addrtype ! --dst-type LOCAL", "yes"],
  ["-m addrtype --dst-type LOCAL", "yes", { destination: set("192.0.2.1") }],
  ["-m addrtype --src-type LOCAL", "maybe", { source: undefined }],
  ["-m addrtype --dst-type MULTICAST", "yes", { destination: set("224.0.0.251") }],
  ["-m addrtype --dst-type BROADCAST", "maybe"],
  ["-m addrtype --dst-type LOCAL --limit-iface-out", "no"],
  ["-m addrtype --dst-type LOCAL --limit-iface-out", "maybe", { destination: set("192.0.2.1") }],
  ["-m iprange --src-range 10.244.0.1-10.244.0.9", "yes"],
  ["-m iprange ! --dst-range 10.99.0.1-10.99.0.9", "no"],
  ['-m comment --comment "it is -j DROP and \\"quoted\\""', "yes"],
  ["-m statistic --mode random --probability 0.5", "maybe"],
  ["-m limit --limit 5/sec", "maybe"],
  ["-m owner --uid-owner 5", "maybe"],
  ["-m physdev --physdev-out eth0", "maybe"],
  ["-m realm --realm 0x3", "maybe"],
  ["-m set --match-set pods src", "maybe"],
  ['-m string --string "-j DROP" --algo bm', "maybe"],
  // If another match fails, the unknown match does not matter.
  ["-s 192.168.0.0/16 -m set --match-set pods src", "no"],
];

test("matches of iptables", () => {
  for (const [matches, expected, traffic = {}, family = "ipv4"] of IPTABLES) {
    const rule = ["-A POSTROUTING", matches, "-j MASQUERADE"].filter(Boolean).join(" ");
    assert.is(answer([iptables([rule], family)], family, traffic), expected, `${rule} for ${family}`);
  }
});

test.run();
