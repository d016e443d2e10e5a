// One rule of each kind that the walk interprets, in the syntax of both tools.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Family } from "../../src/core/index.ts";
import { type Traffic, walk } from "../../src/netfilter/index.ts";
import { isIptablesRule } from "../../src/netfilter/iptables-rule.ts";
import type { Json } from "../../src/netfilter/nft-json.ts";
import { readKey } from "../../src/netfilter/nft-keys.ts";
import { iptables, nftChains, numbers, PACKET, said, set, viewOf } from "./views.ts";

type Answer = "yes" | "no" | "maybe";
const ANSWERS = { masqueraded: "yes", kept: "no", "maybe kept|masqueraded": "maybe" } as const;

const PACKET6: Traffic = { ...PACKET, source: set("fd00:244::2"), destination: set("fd00:99::1") };

/** Does a rule with these matches masquerade the packet? */
function answer(chains: ReturnType<typeof nftChains>, family: Family, traffic: Traffic): string {
  const packet = family === "ipv4" ? PACKET : PACKET6;
  const text = said(walk(viewOf(chains, family), { ...packet, ...traffic }));
  return ANSWERS[text as keyof typeof ANSWERS] ?? text;
}

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

const ip = (field: string) => ({ payload: { protocol: "ip", field } });
const meta = (key: string) => ({ meta: { key } });
const match = (left: unknown, right: unknown, op = "==") => ({ match: { op, left, right } });
const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });
const dport = (protocol: string) => ({ payload: { protocol, field: "dport" } });

const NFT: readonly (readonly [expressions: object[], expected: Answer, traffic?: Traffic, family?: Family])[] = [
  [[match(ip("saddr"), prefix("10.244.0.0", 16))], "yes"],
  [[match(ip("saddr"), prefix("10.244.0.0", 16), "!=")], "no"],
  [[match(ip("saddr"), { range: ["10.244.0.1", "10.244.0.9"] })], "yes"],
  [[match(ip("daddr"), { set: ["10.0.0.1", prefix("10.99.0.0", 16)] })], "yes"],
  [[match(ip("daddr"), { set: ["10.0.0.1", prefix("10.99.0.0", 16)] }, "!=")], "no"],
  [[match(ip("daddr"), "@blocks")], "yes"],
  [[match(ip("daddr"), "@absent")], "maybe"],
  [[match({ "&": [ip("saddr"), "255.0.0.255"] }, "10.0.0.2")], "yes"],
  [
    [
      match(
        { concat: [ip("saddr"), dport("udp")] },
        { set: [{ concat: [prefix("10.244.0.0", 24), { range: [50, 60] }] }] },
      ),
    ],
    "yes",
  ],
  [[match({ concat: [ip("saddr"), dport("udp")] }, "@pairs", "!=")], "yes"],
  [[match({ concat: [ip("saddr"), meta("skuid")] }, { set: [{ concat: ["10.244.0.3", 5] }] })], "no"],
  [[match({ concat: [ip("saddr"), meta("skuid")] }, { set: [{ concat: ["10.244.0.2", 5] }] })], "maybe"],
  [[match(meta("l4proto"), { set: ["tcp", "udp"] })], "yes"],
  [[match(meta("l4proto"), 17, "!=")], "no"],
  [[match(ip("protocol"), "udp")], "yes"],
  [[match(ip("version"), 4)], "yes"],
  [[match(meta("nfproto"), "ipv6")], "no"],
  [[match(meta("protocol"), "ip")], "yes"],
  // A field of another protocol ends the rule, even if the match is negated.
  [[match(dport("tcp"), 80, "!=")], "no"],
  [[match(dport("udp"), { set: [53, { range: [80, 90] }] })], "yes"],
  [[match(dport("th"), { range: [1, 100] })], "yes"],
  [[match(dport("th"), 53)], "maybe", { protocol: numbers(1) }],
  [[match({ payload: { protocol: "icmp", field: "type" } }, "echo-request")], "no"],
  [[match({ payload: { protocol: "icmp", field: "type" } }, "echo-request")], "maybe", { protocol: numbers(1) }],
  [[match(meta("oifname"), "eth*")], "yes"],
  [[match(meta("oifname"), { set: ["lo", "eth1"] }, "!=")], "yes"],
  [[match(meta("iifname"), "pod0")], "yes"],
  [[match(meta("iif"), "pod0")], "maybe", { inputInterface: undefined }],
  [[match(meta("mark"), 0)], "yes"],
  [[match(meta("mark"), { set: [0, 5] })], "yes"],
  [[match(meta("mark"), { range: [1, 5] })], "no"],
  [[match(meta("mark"), 16, "<")], "yes"],
  [[match(meta("mark"), 0, ">")], "no"],
  [[match({ "&": [meta("mark"), 0x4000] }, 0, "!=")], "yes", { mark: 0x4000n }],
  [[match({ ct: { key: "mark" } }, 4)], "yes", { connectionMark: 4n }],
  [[match({ ct: { key: "state" } }, ["established", "new"], "in")], "yes"],
  [[match({ ct: { key: "state" } }, { "|": ["established", "related"] }, "in")], "no"],
  [[match({ ct: { key: "state" } }, { set: ["established", "related"] })], "no"],
  [[match({ ct: { key: "status" } }, "dnat", "in")], "yes", { dnat: true }],
  [[match({ ct: { key: "status" } }, "dnat", "!")], "yes"],
  [[match({ "&": [{ ct: { key: "status" } }, ["snat", "dnat"]] }, "dnat")], "yes", { dnat: true }],
  [[match({ ct: { key: "status" } }, "dnat")], "no"],
  [[match({ ct: { key: "direction" } }, "original")], "yes"],
  [[match({ ct: { key: "ip saddr", dir: "original" } }, prefix("10.244.0.0", 16))], "yes"],
  [[match({ ct: { key: "ip daddr", dir: "original" } }, "10.99.0.1")], "maybe"],
  [[match({ fib: { result: "type", flags: ["daddr"] } }, "local")], "no"],
  [
    [match({ fib: { result: "type", flags: ["daddr"] } }, { set: ["local", "multicast"] })],
    "yes",
    { destination: set("224.0.0.1") },
  ],
  [[match({ fib: { result: "oif", flags: ["daddr"] } }, "eth0")], "maybe"],
  [[match(meta("skuid"), 33)], "maybe"],
  [[match({ numgen: { mode: "random", mod: 2 } }, 0)], "maybe"],
  [[{ limit: { rate: 1, per: "second" } }], "maybe"],
  [[{ counter: { packets: 0, bytes: 0 } }, { log: { prefix: "x" } }], "yes"],
  [[{ xt: { type: "match", name: "comment" } }], "yes"],
  [[{ xt: { type: "match", name: "addrtype" } }], "maybe"],
  [[{ "new in a later nft": null }], "maybe"],
  // In a table of family inet, fields of the other family.
  [[match(ip("saddr"), prefix("10.244.0.0", 16), "!=")], "no", {}, "ipv6"],
  [[match({ payload: { protocol: "ip6", field: "daddr" } }, prefix("fd00:99::", 32))], "yes", {}, "ipv6"],
];

const SETS = {
  blocks: [prefix("10.99.0.0", 24), { elem: { val: "10.1.1.1", comment: "one" } }],
  pairs: [{ concat: ["10.244.0.2", 80] }],
};

test("matches of nft", () => {
  for (const [expressions, expected, traffic = {}, family = "ipv4"] of NFT) {
    const rules = [[...expressions, { masquerade: null }]];
    const chains = nftChains({ family: "inet", chains: { c: { priority: 100, rules } }, sets: SETS }, family);
    const text = answer(chains, family, traffic).replace("maybe masqueraded|unknown", "maybe");
    assert.is(text, expected, `${JSON.stringify(expressions)} for ${family}`);
  }
});

const TARGETS: readonly (readonly [rules: string[], expected: string])[] = [
  [["-j SNAT --to-source 192.0.2.50"], `translated ${0xc0000232}-${0xc0000232}`],
  [
    ["-p udp -j SNAT --to-source 192.0.2.50-192.0.2.51:1024-2048 --persistent"],
    `translated ${0xc0000232}-${0xc0000233}`,
  ],
  [["-j SNAT --to-source 10.244.0.2"], "bound"],
  [["-p udp -j SNAT --to-source :1024-2048"], "bound"],
  [["-j NETMAP --to 100.64.0.0/16"], `translated ${0x64400002}-${0x64400002}`],
  [["-j ACCEPT", "-j MASQUERADE"], "kept"],
  [["-j RETURN", "-j MASQUERADE"], "kept"],
  [["-j NFLOG --nflog-group 1", "-j MASQUERADE"], "masqueraded"],
  [["-s 10.244.0.2/32", "-j MASQUERADE"], "masqueraded"],
  [["-j MARK --set-xmark 0x1/0x3", "-m mark --mark 0x1/0x1 -j MASQUERADE"], "masqueraded"],
  [["-j MARK --set-xmark 0x4/0x0", "-m mark --mark 0x4 -j MASQUERADE"], "masqueraded"],
  [
    [
      "-j CONNMARK --set-xmark 0x8/0x8",
      "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
      "-m mark --mark 0x8 -j MASQUERADE",
    ],
    "masqueraded",
  ],
  [
    [
      "-j MARK --set-xmark 0x5/0xff",
      "-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
      "-m connmark --mark 0x5 -j MASQUERADE",
    ],
    "masqueraded",
  ],
  [["-s 10.1.1.1/32 -j NEWTARGET", "-j MASQUERADE"], "masqueraded"],
  [["-j NEWTARGET --odd", "-j MASQUERADE"], "maybe masqueraded|unknown"],
];

test("targets of iptables", () => {
  for (const [rules, expected] of TARGETS) {
    const chain = iptables(rules.map((rule) => `-A POSTROUTING ${rule}`));
    assert.is(said(walk(viewOf([chain]), PACKET)), expected, rules.join("\n"));
  }
});

const masquerade = { masquerade: null };
const mangle = (key: object, value: unknown) => ({ mangle: { key, value } });
const map = (key: unknown, ...elements: unknown[]) => ({ map: { key, data: { set: elements } } });

const STATEMENTS: readonly (readonly [rules: object[][], expected: string])[] = [
  [
    [[{ snat: { family: "ip", addr: { range: ["192.0.2.50", "192.0.2.51"] }, port: 5 } }]],
    `translated ${0xc0000232}-${0xc0000233}`,
  ],
  [[[{ snat: { family: "ip6", addr: "fd00::1" } }]], "kept"],
  [[[{ snat: { addr: ip("saddr") } }]], "bound"],
  [[[{ snat: { port: { range: [1000, 2000] } } }]], "bound"],
  [[[{ snat: { addr: ip("daddr") } }]], "maybe unknown"],
  [[[{ snat: { addr: map(ip("saddr"), ["10.244.0.2", "192.0.2.7"]) } }]], `translated ${0xc0000207}-${0xc0000207}`],
  [[[{ snat: { addr: map(ip("saddr"), ["10.244.0.3", "192.0.2.7"]) } }], [masquerade]], "masqueraded"],
  [
    [
      [
        {
          snat: {
            addr: map(ip("saddr"), [prefix("10.244.0.0", 16), prefix("100.64.0.0", 16)]),
            flags: "netmap",
            type_flags: "prefix",
          },
        },
      ],
    ],
    `translated ${0x64400002}-${0x64400002}`,
  ],
  [[[mangle(meta("mark"), { "|": [meta("mark"), 0x4000] })], [match(meta("mark"), 0x4000), masquerade]], "masqueraded"],
  [
    [
      [mangle(meta("mark"), { "^": [{ "&": [{ ct: { key: "mark" } }, 255] }, 3] })],
      [match(meta("mark"), 3), masquerade],
    ],
    "masqueraded",
  ],
  [
    [
      [mangle({ ct: { key: "mark" } }, 7)],
      [mangle(meta("mark"), { ct: { key: "mark" } })],
      [match(meta("mark"), 7), masquerade],
    ],
    "masqueraded",
  ],
  [[[mangle(meta("mark"), { jhash: {} })], [match(meta("mark"), 7), masquerade]], "maybe kept|masqueraded"],
  [[[mangle(meta("priority"), 7)], [masquerade]], "masqueraded"],
  [[[mangle(ip("saddr"), "10.1.1.1")]], "maybe kept|unknown"],
  [
    [[{ vmap: { key: ip("daddr"), data: { set: [[prefix("10.99.0.0", 16), { accept: null }]] } } }], [masquerade]],
    "kept",
  ],
  [
    [
      [
        {
          vmap: {
            key: ip("daddr"),
            data: {
              set: [
                ["*", { drop: null }],
                ["10.99.0.1", { jump: { target: "x" } }],
              ],
            },
          },
        },
      ],
    ],
    "masqueraded",
  ],
  [[[{ vmap: { key: ip("daddr"), data: { set: [["10.99.0.2", { accept: null }]] } } }], [masquerade]], "masqueraded"],
  [[[{ vmap: { key: { concat: [ip("daddr"), dport("udp")] }, data: "@verdicts" } }], [masquerade]], "dropped"],
  [[[{ vmap: { key: ip("daddr"), data: "@absent" } }], [masquerade]], "maybe masqueraded|unknown"],
  [[[{ goto: { target: "x" } }], [{ drop: null }]], "masqueraded"],
  [[[{ jump: { target: "y" } }], [masquerade]], "masqueraded"],
  [[[{ goto: { target: "y" } }], [masquerade]], "kept"],
  [[[{ queue: { num: 3 } }]], "maybe kept|unknown"],
  [[[{ continue: null }], [{ set: { op: "add", elem: ip("saddr"), set: "@s" } }, masquerade]], "masqueraded"],
];

test("statements of nft", () => {
  for (const [rules, expected] of STATEMENTS) {
    const chains = { x: { rules: [[masquerade]] }, y: { rules: [[{ return: null }]] }, c: { priority: 100, rules } };
    const sets = { verdicts: [[{ concat: [prefix("10.99.0.0", 24), 53] }, { drop: null }]] };
    assert.is(said(walk(viewOf(nftChains({ chains, sets })), PACKET)), expected, JSON.stringify(rules));
  }
});

test("rules that iptables shows correctly", () => {
  const xt = { xt: { type: "match", name: "comment" } };
  const cases: readonly (readonly [object[], boolean])[] = [
    [[xt, { counter: null }, { jump: { target: "x" } }], true],
    [[match(ip("saddr"), prefix("10.0.0.0", 8)), match(meta("oifname"), "eth0", "!="), { return: null }], true],
    [[match(dport("udp"), { range: [1, 5] })], true],
    [[match({ "&": [meta("mark"), 1] }, 1)], true],
    [[{ log: { group: 7 } }, { mangle: { key: { meta: { key: "nftrace" } }, value: 1 } }], true],
    [[match(ip("saddr"), { range: ["10.0.0.1", "10.0.0.9"] })], false],
    [[match(ip("saddr"), { set: ["10.0.0.1"] })], false],
    [[match(ip("saddr"), "@pods")], false],
    [[match({ concat: [ip("saddr"), dport("udp")] }, { set: [] })], false],
    [[match(meta("protocol"), "ip")], false],
    [[{ vmap: { key: ip("daddr"), data: { set: [] } } }], false],
    [[{ masquerade: null }], false],
    [[{ log: { prefix: "x" } }], false],
  ];
  for (const [expressions, expected] of cases) {
    assert.is(isIptablesRule(expressions as readonly Json[]), expected, JSON.stringify(expressions));
  }
});

test("a match that is not interpreted is named as nft prints it", () => {
  const cases: readonly (readonly [left: unknown, name: string])[] = [
    [{ payload: { base: "ih", offset: 0, len: 8 } }, "@ih,0,8"],
    [{ numgen: { mode: "random", mod: 2 } }, "numgen"],
  ];
  for (const [left, name] of cases) {
    const key = readKey(left as never, "ipv4");
    assert.is(key.kind === "unknown" && key.name, name);
  }
});

test.run();
