import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Family } from "../../src/core/index.ts";
import type { Traffic } from "../../src/netfilter/index.ts";
import { type Answer, answer } from "./answer.ts";
import { dport, ip, match, meta, prefix } from "./expressions.ts";
import { nftChains, numbers, set } from "./views.ts";

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

test.run();
