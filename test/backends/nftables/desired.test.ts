import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredTable } from "../../../src/backends/nftables/index.ts";
import type { FamilyPolicy } from "../../../src/policy/index.ts";
import { policiesOf } from "./policies-of.ts";

const TABLE = "ip-masq-agent";

/** The elements of a set in the policy's table. */
const elementsOf = (policy: FamilyPolicy, name: string) =>
  desiredTable(policy, TABLE)
    .sets.find((set) => set.name === name)
    ?.elements.map(({ key, verdict }) => (verdict ? `${key} : ${verdict}` : key));

const chain = (policy: FamilyPolicy, name: string) =>
  desiredTable(policy, TABLE).chains.find((one) => one.name === name)?.rules;

const DESTINATIONS: readonly (readonly [config: object, ipv4: readonly string[], ipv6: readonly string[]])[] = [
  [{ nonMasqueradeCIDRs: [] }, [], []],
  [
    { nonMasqueradeCIDRs: ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8", "::1/128"] },
    ["10.0.0.0/8 : return", "192.0.2.1 : return"],
    ["::1 : return", "fd00::/8 : return"],
  ],
  [
    { nonMasqueradeCIDRs: ["10.0.0.0/8", "10.50.7.0/24"], masqueradeCIDRs: ["10.50.0.0/16"] },
    [
      "10.0.0.0-10.49.255.255 : return",
      "10.50.0.0-10.50.6.255 : goto masq",
      "10.50.7.0/24 : return",
      "10.50.8.0-10.50.255.255 : goto masq",
      "10.51.0.0-10.255.255.255 : return",
    ],
    [],
  ],
  [
    { nonMasqueradeCIDRs: ["0.0.0.0/0", "::/0"], masqueradeCIDRs: ["255.255.255.255/32", "::/128"] },
    ["0.0.0.0-255.255.255.254 : return", "255.255.255.255 : goto masq"],
    [":: : goto masq", "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff : return"],
  ],
  [
    {
      nonMasqueradeCIDRs: ["::a00:0/104", "::fffe:0:0/95"],
      snat: [
        { destinationCIDRs: ["198.51.100.0/24"], to: "203.0.113.5-203.0.113.9" },
        { destinationCIDRs: ["2001:db8::/32"], to: "2001:db8::1" },
      ],
    },
    ["198.51.100.0/24 : goto snat-203.0.113.5-203.0.113.9"],
    ["::10.0.0.0/104 : return", "::fffe:0:0/95 : return", "2001:db8::/32 : goto snat-2001_db8__1"],
  ],
];

test("prefixes become disjoint intervals, as nft prints them", () => {
  for (const [config, ...expected] of DESTINATIONS) {
    const found = policiesOf(config).map((policy) => elementsOf(policy, "destinations"));
    assert.equal(found, expected, JSON.stringify(config));
  }
});

test("the scope comes before the decision; interfaces lead to a separate chain", () => {
  const [ipv4, ipv6] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"], sourceCIDRs: ["10.244.0.0/16"] });
  assert.equal(chain(ipv4, "postrouting"), [
    "fib daddr type local return",
    "ip saddr != @sources return",
    "ip daddr vmap @destinations",
    "counter goto masq",
  ]);
  // No IPv6 packet is in the scope, so none is translated.
  assert.equal(elementsOf(ipv6, "sources"), []);
  const [limited] = policiesOf({ nonMasqueradeCIDRs: [], outputInterfaces: ["eth0", "wg*"] });
  assert.equal(chain(limited, "postrouting"), [
    "fib daddr type local return",
    'oifname "eth0" goto postrouting-in-scope',
    'oifname "wg*" goto postrouting-in-scope',
  ]);
  assert.equal(chain(limited, "postrouting-in-scope"), ["ip daddr vmap @destinations", "counter goto masq"]);
});

test("overlapping or adjacent source ranges are written as the fewest intervals", () => {
  const [ipv4] = policiesOf({ sourceCIDRs: ["10.1.0.0/16", "10.0.0.0/16", "10.0.5.0/24", "10.9.9.9/32"] });
  assert.equal(elementsOf(ipv4, "sources"), ["10.0.0.0/15", "10.9.9.9"]);
});

test("each port range gets the share of its size", () => {
  const ports = [
    { first: 1024, last: 1031 },
    { first: 9, last: 9 },
    { first: 60000, last: 60002 },
  ];
  const snat = [{ destinationCIDRs: ["2001:db8::/32"], to: "2001:db8::1-2001:db8::5" }];
  const [ipv4, ipv6] = policiesOf({ nonMasqueradeCIDRs: [], snat }, { ports });
  assert.equal(chain(ipv4, "masq"), [
    "meta l4proto { tcp, udp, sctp } numgen random mod 12 vmap { 0-7 : goto masq-ports-1, 8 : goto masq-ports-2, 9-11 : goto masq-ports-3 }",
    "masquerade fully-random",
  ]);
  assert.equal(chain(ipv4, "masq-ports-2"), ["meta l4proto { tcp, udp, sctp } masquerade to :9 fully-random"]);
  assert.equal(chain(ipv6, "snat-2001_db8__1-2001_db8__5-ports-3"), [
    "meta l4proto { tcp, udp, sctp } snat to [2001:db8::1]-[2001:db8::5]:60000-60002 fully-random",
  ]);
  const [plain] = policiesOf({ nonMasqueradeCIDRs: [] }, { ports: ports.slice(1, 2), randomFully: false });
  assert.equal(chain(plain, "masq"), ["meta l4proto { tcp, udp, sctp } masquerade to :9", "masquerade"]);
});

test("enforced exemptions are bound before other chains see them, except connections that a service has translated", () => {
  const [ipv4] = policiesOf({
    nonMasqueradeCIDRs: ["10.0.0.0/8"],
    masqueradeCIDRs: ["10.128.0.0/9"],
    sourceCIDRs: ["10.244.0.0/16"],
    enforceNonMasquerade: true,
  });
  assert.equal(elementsOf(ipv4, "kept"), ["10.0.0.0/9"]);
  assert.equal(chain(ipv4, "enforce"), [
    "ct status dnat return",
    "fib daddr type local return",
    "ip saddr != @sources return",
    "ip daddr @kept snat to ip saddr",
  ]);
  const hooks = desiredTable(ipv4, TABLE).chains.flatMap(({ hook }) => hook ?? []);
  assert.equal(
    hooks.map((hook) => /srcnat [+-] 10/.exec(hook)?.[0]),
    ["srcnat - 10", "srcnat + 10"],
  );
});

test.run();
