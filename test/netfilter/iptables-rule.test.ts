import { test } from "uvu";
import * as assert from "uvu/assert";
import { isIptablesRule } from "../../src/netfilter/iptables-rule.ts";
import type { Json } from "../../src/netfilter/nft-json.ts";
import { dport, ip, match, meta, prefix } from "./expressions.ts";

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

test.run();
