import { test } from "uvu";
import * as assert from "uvu/assert";
import { nftablesBackend } from "../../src/backends/index.ts";
import { countersOf, desiredTable, diffTable, frameOf, readTable } from "../../src/backends/nftables/index.ts";
import { isLess } from "../../src/backends/nftables/tools.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compilePolicy, type FamilyPolicy, type PolicyOptions } from "../../src/policy/index.ts";
import { inCI } from "../cases.ts";
import { errorOf } from "../error-of.ts";
import { fakeNft } from "../fake-nft.ts";
import { policyOf } from "../policy-of.ts";

const TABLE = "ip-masq-agent";
const OPTIONS: PolicyOptions = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports: [] };

/** The policies of both families. */
function policiesOf(config: object, options: Partial<PolicyOptions> = {}): readonly [FamilyPolicy, FamilyPolicy] {
  const text = JSON.stringify({ masqLinkLocal: true, masqLinkLocalIPv6: true, ...config });
  const read = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!read.config) throw new Error(JSON.stringify(read.diagnostics));
  const [ipv4, ipv6] = compilePolicy(read.config, { ...OPTIONS, ...options });
  if (!ipv4 || !ipv6) throw new Error("a family is missing");
  return [ipv4, ipv6];
}

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

test("an edit adds and deletes elements; elements that stay are not named", async () => {
  const nft = fakeNft();
  const backend = nftablesBackend(TABLE, assert.unreachable, nft.host);
  const [before] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "192.168.0.0/16"] });
  const [after] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "172.16.0.0/12"] });
  assert.equal((await backend.sync(before))?.counts, { added: 6, removed: 0, kept: 0 });
  assert.is(await backend.sync(before), undefined);
  const written = await backend.sync(after);
  assert.equal(written?.counts, { added: 1, removed: 1, kept: 5 });
  assert.is(
    written?.text,
    "delete element ip ip-masq-agent destinations { 192.168.0.0/16 }\n" +
      "table ip ip-masq-agent {\n\tmap destinations {\n\t\ttype ipv4_addr : verdict\n\t\tflags interval\n\t\tcounter\n" +
      "\t\telements = { 172.16.0.0/12 : return }\n\t}\n}\n",
  );
  assert.is(await backend.sync(after), undefined);
  assert.is(backend.describeCleanup("", await backend.cleanup("ipv4", "")), "removed: table ip-masq-agent");
  assert.equal([...nft.tables], []);
});

test("an interval that is split passes its counter to its first part", () => {
  const [outer] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const [cut] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"], masqueradeCIDRs: ["10.50.0.0/16"] });
  const listing = (policy: FamilyPolicy, counted: string) => {
    const text = diffTable(desiredTable(policy, TABLE))?.text ?? "";
    return text
      .slice(text.indexOf("table ip ip-masq-agent {"))
      .replace(/elements = \{ .*(?= :)/, `elements = { ${counted}`);
  };
  const observed = readTable(listing(outer, "10.0.0.0/8 counter packets 7 bytes 420"), "ipv4", TABLE);
  const text = diffTable(desiredTable(cut, TABLE), observed)?.text ?? "";
  assert.match(text, "elements = { 10.0.0.0-10.49.255.255 counter packets 7 bytes 420 : return,");
  assert.match(text, "10.51.0.0-10.255.255.255 : return");
  assert.equal(
    countersOf(outer, TABLE, observed).map(({ cidr, connections }) => [cidr, connections]),
    [
      ["10.0.0.0/8", 7n],
      ["0.0.0.0/0", 0n],
    ],
  );
});

const FOREIGN: readonly (readonly [name: string, change: (listing: string) => string])[] = [
  [
    "a rule",
    (text) => text.replace("\tchain postrouting {", "\tchain postrouting {\n\t\tcounter packets 1 bytes 2 drop"),
  ],
  ["a rule in place of ours", (text) => text.replace("masquerade fully-random", "masquerade")],
  ["a chain", (text) => text.replace(/\}\n$/, "\tchain other {\n\t}\n}\n")],
  ["a set", (text) => text.replace("\tmap", "\tset other {\n\t\ttype inet_service\n\t\telements = { 80 }\n\t}\n\tmap")],
  ["a flag of the table", (text) => text.replace("\tcomment", "\tflags dormant\n\tcomment")],
  ["another priority", (text) => text.replace("srcnat + 10", "srcnat")],
  ["an object of another kind", (text) => text.replace("\tmap", "\tcounter c {\n\t\tpackets 0 bytes 0\n\t}\n\tmap")],
  ["an element", (text) => text.replace("elements = { ", "elements = { 1.2.3.4 counter packets 0 bytes 0 : drop, ")],
  ["an element with a comment", (text) => text.replace(/(10.0.0.0.8 counter packets 0 bytes 0)/, '$1 comment "x, y"')],
  [
    "another verdict",
    (text) =>
      text.replace("10.0.0.0/8 counter packets 0 bytes 0 : return", "10.0.0.0/8 counter packets 0 bytes 0 : drop"),
  ],
  ["no element", (text) => text.replace(/\t\telements = .*\n/, "")],
];

test("all changes of the table by other programs are found", async () => {
  const [policy] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const backend = nftablesBackend(TABLE, assert.unreachable, fakeNft().host);
  await backend.sync(policy);
  const { text: listing } = await backend.inspect(policy);
  const desired = desiredTable(policy, TABLE);
  assert.is(diffTable(desired, readTable(listing, "ipv4", TABLE)), undefined);
  for (const [name, change] of FOREIGN) {
    const changed = change(listing);
    assert.not(changed === listing, name);
    const repair = diffTable(desired, readTable(changed, "ipv4", TABLE));
    assert.ok(repair, name);
    assert.ok(
      repair.changes.some(({ op }) => op !== "keep"),
      name,
    );
  }
});

test("listings are parsed with handles, and among other tables", () => {
  const policy = policyOf("10.0.0.0/8");
  const desired = desiredTable(policy, TABLE);
  const text = (diffTable(desired)?.text ?? "").replace(/^(add|delete) .*\n/gm, "");
  const listing = text
    .replace(/(10\.0\.0\.0\/8)/, "$1 counter packets 0 bytes 0")
    .replace(/counter (?=goto)/, "counter packets 0 bytes 0 ");
  const handles = listing
    .replace(/(\{|return|masq|masquerade|@destinations)$/gm, "$1 # handle 7")
    .replace(/\n/g, "\r\n");
  for (const one of [
    listing,
    handles,
    `table ip nat {\n\tchain x {\n\t}\n}\n${listing}table ip6 ip-masq-agent {\n}\n`,
  ]) {
    assert.is(diffTable(desired, readTable(one, "ipv4", TABLE)), undefined, one);
  }
  assert.not(readTable(`table ip nat {\n}\n`, "ipv4", TABLE).exists);
  assert.throws(() => readTable(listing.slice(0, -20), "ipv4", TABLE), /ends in the middle of a table/);
});

test("after an edit that nft refuses, the whole table is written", async () => {
  const nft = fakeNft();
  const backend = nftablesBackend(TABLE, assert.unreachable, nft.host);
  await backend.sync(policyOf("10.0.0.0/8"));
  nft.intercept = (_, input) => (input.startsWith("delete element") ? { exit: 1, stderr: "a bug" } : undefined);
  const written = await backend.sync(policyOf("11.0.0.0/8"));
  assert.match(written?.text ?? "", /^add table ip ip-masq-agent\ndelete table/);
  assert.is(await backend.sync(policyOf("11.0.0.0/8")), undefined);
});

inCI("what nft has written is read again, except for a large table that was written as a whole", async () => {
  const cases: readonly (readonly [entries: number, listings: number])[] = [
    [100, 2],
    [20_001, 1],
  ];
  for (const [count, listings] of cases) {
    // Halves of /24s, so that none can be merged.
    const nonMasqueradeCIDRs = Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/25`);
    const [policy] = policiesOf({ nonMasqueradeCIDRs, cidrLimit: count });
    const nft = fakeNft();
    const backend = nftablesBackend(TABLE, () => {}, nft.host);
    await backend.sync(policy);
    assert.is(nft.calls.filter((call) => call.startsWith("nft list table")).length, listings, `${count} entries`);
  }
});

test("a transaction that nft refuses is an error that names the line", async () => {
  const nft = fakeNft();
  nft.intercept = (command) =>
    command.includes("-f") ? { exit: 1, stderr: "/dev/stdin:3:1-5: Error: syntax error" } : undefined;
  const error = await errorOf(nftablesBackend(TABLE, assert.unreachable, nft.host).sync(policyOf("10.0.0.0/8")));
  assert.match(error.message, /^nft -f -: exit 1: it refused the line: table ip ip-masq-agent \{/);
});

test("the frame has a line for everything except elements", () => {
  assert.equal(frameOf(desiredTable(policyOf(), TABLE)), [
    'table ip ip-masq-agent { comment "managed by ip-masq-agent; changes by others are undone"; }',
    "map ip ip-masq-agent destinations { type ipv4_addr : verdict; flags interval; counter; }",
    "chain ip ip-masq-agent masq",
    "rule ip ip-masq-agent masq masquerade",
    "chain ip ip-masq-agent postrouting { type nat hook postrouting priority srcnat + 10; policy accept; }",
    "rule ip ip-masq-agent postrouting fib daddr type local return",
    "rule ip ip-masq-agent postrouting ip daddr vmap @destinations",
    "rule ip ip-masq-agent postrouting counter goto masq",
  ]);
});

test("versions are compared number by number", () => {
  for (const [version, isOlder] of [
    ["1.0.0", true],
    ["1.0.1", false],
    ["0.9.9", true],
    ["1.1", false],
    ["1.0.10", false],
    ["1.0", true],
  ] as const) {
    assert.is(isLess(version, [1, 0, 1]), isOlder, version);
  }
});

test.run();
