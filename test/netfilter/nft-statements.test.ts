import { test } from "uvu";
import * as assert from "uvu/assert";
import { walk } from "../../src/netfilter/index.ts";
import { dport, ip, match, meta, prefix } from "./expressions.ts";
import { nftChains, outcomeText, PACKET, viewOf } from "./views.ts";

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
    assert.is(outcomeText(walk(viewOf(nftChains({ chains, sets })), PACKET)), expected, JSON.stringify(rules));
  }
});

test.run();
