// The meaning of a transaction: the observed rules read back into a policy, and the difference in words.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeEffects, formatPolicyChange, type Meaning } from "../../src/backends/index.ts";
import { desiredChain, readObserved } from "../../src/backends/iptables/index.ts";
import { readMeaning as ofChain } from "../../src/backends/iptables/meaning.ts";
import { desiredTable, frameOf, type ObservedTable } from "../../src/backends/nftables/index.ts";
import { readMeaning as ofTable } from "../../src/backends/nftables/meaning.ts";
import { readMeaning as ofExceptions } from "../../src/backends/windows-cni/meaning.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compilePolicy, diffSpaces, type FamilyPolicy, type PolicyOptions, spaceOf } from "../../src/policy/index.ts";
import { cases } from "../cases.ts";
import { numbersBelow } from "../core/slow.ts";
import { randomConfig } from "../policy/random.ts";

const OPTIONS: PolicyOptions = { chain: "X", ipv6: true, randomFully: true, ports: [] };
const TABLE = "ip-masq-agent";

/** The policy of a config without link-local entries. */
function policyOf(
  config: object,
  options: Partial<PolicyOptions> = {},
  family: "ipv4" | "ipv6" = "ipv4",
): FamilyPolicy {
  const text = JSON.stringify({ masqLinkLocal: true, masqLinkLocalIPv6: true, ...config });
  const parsed = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!parsed.config) throw new Error(JSON.stringify(parsed.diagnostics));
  const found = compilePolicy(parsed.config, { ...OPTIONS, ...options }).find((one) => one.family === family);
  if (!found) throw new Error(family);
  return found;
}

/** The chain with these rules, as iptables-save prints it. */
function chainOf({ chain, jump }: { chain: string; jump: string | undefined }, rules: readonly string[]) {
  const lines = [
    ...(jump === undefined ? [] : [`-A POSTROUTING ${jump}`]),
    ...rules.map((rule) => `-A ${chain} ${rule}`),
  ];
  return readObserved(new TextEncoder().encode(`*nat\n:${chain} - [0:0]\n${lines.join("\n")}\nCOMMIT\n`), chain);
}

const written = (policy: FamilyPolicy) => chainOf(desiredChain(policy), desiredChain(policy).rules);

function tableOf(policy: FamilyPolicy): ObservedTable {
  const table = desiredTable(policy, TABLE);
  const elements = new Map(
    table.sets.map(({ name, elements }) => [name, elements.map((one) => ({ ...one, counter: undefined }))]),
  );
  return { exists: true, frame: frameOf(table), counters: new Map(), elements };
}

function said(meaning: Meaning): string[] {
  const { lead, changes } = describeEffects(meaning);
  return [...(lead === "" ? [] : [lead]), ...changes.map(formatPolicyChange)];
}

const CASES: readonly (readonly [
  before: FamilyPolicy,
  after: FamilyPolicy,
  iptables: string[],
  nftables?: string[],
])[] = [
  [policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] }), policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] }), []],
  [
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "192.168.0.0/16"] }),
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] }),
    ["~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded"],
  ],
  [
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] }),
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "192.0.2.1/32"], masqueradeCIDRs: ["10.1.0.0/16"] }),
    ["~ 10.1.0.0/16 (65,536 addresses): kept → masqueraded", "~ 192.0.2.1/32 (1 address): masqueraded → kept"],
  ],
  // An entry inside another one with the same verdict.
  [
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "10.2.0.0/16"] }),
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "10.1.0.0/16"] }),
    ["- 10.2.0.0/16: kept; no verdict changes", "+ 10.1.0.0/16: kept; no verdict changes"],
    ["No verdict changes, only the way the rules are written."],
  ],
  // An entry around others, which keep their verdicts.
  [
    policyOf({ nonMasqueradeCIDRs: ["10.1.0.0/16"] }),
    policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "10.1.0.0/16"] }),
    ["~ 10.0.0.0/8 (16,711,680 of 16,777,216 addresses): masqueraded → kept"],
    [
      "~ 10.0.0.0/16 (65,536 addresses): masqueraded → kept",
      "~ 10.2.0.0-10.255.255.255 (16,646,144 addresses): masqueraded → kept",
    ],
  ],
  [
    policyOf({ snat: [{ destinationCIDRs: ["9.0.0.0/8"], to: "203.0.113.5-203.0.113.9" }] }),
    policyOf({ snat: [{ destinationCIDRs: ["9.0.0.0/8"], to: "203.0.113.5" }] }),
    ["~ 9.0.0.0/8 (16,777,216 addresses): translated to 203.0.113.5-203.0.113.9 → translated to 203.0.113.5"],
  ],
  [
    policyOf({ nonMasqueradeCIDRs: [], sourceCIDRs: ["10.244.0.0/16"] }),
    policyOf({ nonMasqueradeCIDRs: [], sourceCIDRs: ["10.244.0.0/15"], outputInterfaces: ["eth*", "lo"] }),
    ["~ source addresses: 10.244.0.0/16 → 10.244.0.0/15", "~ output interfaces: any → eth*, lo"],
  ],
  [
    policyOf({ nonMasqueradeCIDRs: [] }),
    policyOf({ nonMasqueradeCIDRs: [] }, { randomFully: false, ports: [{ first: 1024, last: 2047 }] }),
    ["~ source ports: any → 1024-2047", "~ source ports chosen at random: yes → no"],
  ],
  [
    policyOf(
      { nonMasqueradeCIDRs: [] },
      {
        ports: [
          { first: 1, last: 9 },
          { first: 20, last: 20 },
        ],
      },
    ),
    policyOf({ nonMasqueradeCIDRs: [] }),
    ["~ source ports: 1-9, 20 → any"],
  ],
];

test("changes in words", () => {
  for (const [before, after, expected, ofNft = expected] of CASES) {
    const isSame = expected.length === 0;
    const chain = said(ofChain(after, written(before)));
    const table = said(ofTable(after, TABLE, tableOf(before)));
    const same = ["No verdict changes, only the way the rules are written."];
    assert.equal(chain, isSame ? same : expected);
    assert.equal(table, isSame ? same : ofNft);
  }
});

test("a longer prefix in place of a shorter one", () => {
  const after = policyOf({ nonMasqueradeCIDRs: ["fd00::/64"] }, {}, "ipv6");
  const before = policyOf({ nonMasqueradeCIDRs: ["fd00::/8"] }, {}, "ipv6");
  assert.equal(said(ofChain(after, written(before))), [
    "~ fd00:0:0:1::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff (over 2^119 addresses): kept → masqueraded",
    "+ fd00::/64: kept; no verdict changes",
  ]);
});

test("exemptions that bind", () => {
  const config = { nonMasqueradeCIDRs: ["10.0.0.0/8"] };
  const [before, after] = [policyOf(config), policyOf({ ...config, enforceNonMasquerade: true })];
  assert.equal(said(ofTable(after, TABLE, tableOf(before))), ["~ kept packets bound to their address: no → yes"]);
});

test("no chain, no table, no list, and a jump to nothing", () => {
  const after = policyOf({
    nonMasqueradeCIDRs: ["10.0.0.0/8"],
    masqueradeCIDRs: ["10.1.0.0/16"],
    sourceCIDRs: ["10.244.0.0/16"],
  });
  const lines = [
    "+ 10.0.0.0/8 (16,777,216 addresses): kept",
    "+ 10.1.0.0/16 (65,536 addresses): masqueraded",
    "+ everything else: masqueraded",
    "+ source addresses: 10.244.0.0/16",
  ];
  const none = { exists: false, rules: [], jumps: [], references: [] };
  const lead = (why: string) => `The agent masquerades nothing now: ${why}.`;
  assert.equal(said(ofChain(after, none)), [lead("chain X does not exist"), ...lines]);
  const loose = chainOf({ chain: "X", jump: undefined }, desiredChain(after).rules);
  assert.equal(said(ofChain(after, loose)), [lead("no rule in POSTROUTING jumps to chain X"), ...lines]);
  const empty = chainOf(desiredChain(after), []);
  assert.equal(said(ofChain(after, empty)), [lead("chain X has no rules"), ...lines]);
  const noTable = { exists: false, frame: [], counters: new Map(), elements: new Map() };
  assert.equal(said(ofTable(after, TABLE, noTable)), [lead("table ip ip-masq-agent does not exist"), ...lines]);
  assert.match(said(ofExceptions(after, undefined, "f"))[0] ?? "", /f has no list of exceptions/);
});

test("chains that only nft can list are not read", () => {
  const after = policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const observed = chainOf(desiredChain(after), ["-j ACCEPT"]);
  const rules = observed.rules.map((rule) => ({ ...rule, spec: "# nft: ct mark set 5" }));
  assert.equal(said(ofChain(after, { ...observed, rules })), [
    "The rules in force cannot be read: chain X has a rule that iptables cannot show.",
    "+ 10.0.0.0/8 (16,777,216 addresses): kept",
    "+ everything else: masqueraded",
  ]);
});

test("long lists are truncated, but compared as a whole", () => {
  const sources = (last: number) => ["10.0.0.0/16", "10.2.0.0/16", "10.4.0.0/16", `10.${last}.0.0/16`];
  const [before, after] = [6, 8].map((last) => policyOf({ nonMasqueradeCIDRs: [], sourceCIDRs: sources(last) }));
  if (!before || !after) return;
  const text = "~ source addresses: 10.0.0.0/16, 10.2.0.0/16, 10.4.0.0/16 and 1 more, some of which change";
  assert.equal(said(ofChain(after, written(before))), [text]);
});

test("rules of other programs, and rules in another notation", () => {
  const policy = policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"], masqueradeCIDRs: ["10.1.0.0/16"] });
  const { jump, rules } = desiredChain(policy);
  const [first = "", second = "", last = ""] = rules;
  const cases: [jumps: string | undefined, rules: readonly string[], expected: string[]][] = [
    [jump, ["-p icmp -j MASQUERADE", ...rules], ["- 1 rule of another program in chain X"]],
    [jump, ["-d 9.0.0.0/8 -j ACCEPT", "-s 1.0.0.0/8 -j RETURN", ...rules], ["- 2 rules of another program in chain X"]],
    [jump, ["! -d 9.0.0.0/8 -j MASQUERADE", ...rules], ["- 1 rule of another program in chain X"]],
    [jump, ["-d 9.9.9.0/24 -j RETURN", ...rules], ["~ 9.9.9.0/24 (256 addresses): kept → masqueraded"]],
    [
      jump,
      ["-j RETURN", ...rules],
      [
        "~ 10.1.0.0/16 (65,536 addresses): kept → masqueraded",
        "~ everything else: kept → masqueraded",
        "- 1 rule shadowed by an earlier one in chain X",
      ],
    ],
    [
      jump,
      [second, first, last],
      ["~ 10.1.0.0/16 (65,536 addresses): kept → masqueraded", "- 1 rule shadowed by an earlier one in chain X"],
    ],
    [jump, [first, second], ["~ everything else: kept → masqueraded"]],
    [
      jump,
      ["-d 10.1.0.0/16 -j MASQUERADE --random-fully", second, last],
      ["No verdict changes, only the way the rules are written."],
    ],
    [`-j X`, rules, ["~ the jump to chain X is replaced"]],
    [`${jump}\n-A POSTROUTING -j X`, rules, ["- 1 jump too many to chain X"]],
  ];
  for (const [jumps, found, expected] of cases) {
    const text = said(ofChain(policy, chainOf({ chain: "X", jump: jumps }, found)));
    assert.equal(text, expected, found.join("\n"));
  }
});

test("a table that was changed manually", () => {
  const policy = policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const whole = tableOf(policy);
  const rule = "rule ip ip-masq-agent postrouting";
  const cases: [Partial<ObservedTable>, string[]][] = [
    [
      { frame: [...whole.frame, `${rule} ip daddr 9.9.9.9 return`] },
      ["- 1 rule of another program in table ip ip-masq-agent"],
    ],
    [
      { frame: whole.frame.filter((line) => !line.includes("fib daddr")) },
      ["~ missing parts of table ip ip-masq-agent are added"],
    ],
    [
      { frame: whole.frame.filter((line) => !line.includes("counter goto")) },
      ["~ everything else: kept → masqueraded"],
    ],
    [
      { elements: new Map([["destinations", [{ key: "9.0.0.0-9.0.0.3", verdict: "return", counter: undefined }]]]) },
      ["~ 9.0.0.0/30 (4 addresses): kept → masqueraded", "~ 10.0.0.0/8 (16,777,216 addresses): masqueraded → kept"],
    ],
    [
      { elements: new Map([["destinations", [{ key: "10.0.0.0/8", verdict: "drop", counter: undefined }]]]) },
      [
        "~ 10.0.0.0/8 (16,777,216 addresses): masqueraded → kept",
        "- 1 element of another program in table ip ip-masq-agent",
      ],
    ],
  ];
  for (const [change, expected] of cases) assert.equal(said(ofTable(policy, TABLE, { ...whole, ...change })), expected);
});

test("random policies are read back as they were written, and the reported changes are complete", () => {
  const below = numbersBelow(14_201_126);
  const ports = [
    [],
    [{ first: 1024, last: 2047 }],
    [
      { first: 1, last: 9 },
      { first: 11, last: 11 },
    ],
  ];
  const draw = () => {
    const options = { ...OPTIONS, randomFully: below(2) === 0, ports: ports[below(3)] ?? [] };
    return compilePolicy(randomConfig(below).config, options);
  };
  for (let n = 0; n < cases(120); n++) {
    const [befores, afters] = [draw(), draw()];
    for (const [i, before] of befores.entries()) {
      const after = afters[i];
      if (!after) continue;
      // A scope without sources has no rule, and nothing shows the ports.
      if (before.scope.sources !== "any" && before.scope.sources.length === 0) continue;
      for (const read of [
        (wanted: FamilyPolicy) => ofChain(wanted, written(before)),
        (wanted: FamilyPolicy) => ofTable(wanted, TABLE, tableOf(before)),
      ]) {
        const unchanged = describeEffects(read(before)).changes.map(formatPolicyChange);
        if (unchanged.length > 0)
          assert.equal(unchanged, [], JSON.stringify(written(before).rules.map(({ spec }) => spec)));
        const meaning = read(after);
        assert.ok(meaning.before);
        const family = before.family;
        const between = diffSpaces(spaceOf([before], family), spaceOf([meaning.before ?? before], family));
        assert.is(between.length, 0);
        const isChange = diffSpaces(spaceOf([before], family), spaceOf([after], family)).length > 0;
        const says = describeEffects(meaning).changes.some(({ text }) =>
          /(kept|masqueraded|translated).* → /.test(text),
        );
        assert.is(says, isChange);
      }
    }
  }
});

test.run();
