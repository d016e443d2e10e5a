import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ListEditError, optimizeConfig, parseConfig } from "../../src/config/index.ts";
import { size } from "../cases.ts";
import { addressesNear, contains, formatSlow, type Prefix, prefixes, smallestSlow } from "../core/slow.ts";

const OPTIONS = { file: "config.yaml", ipv6: true, reservedRanges: false };
const bytes = (text: string) => new TextEncoder().encode(text);
const optimize = (text: string) => optimizeConfig(bytes(text), OPTIONS);

test("only the text of entries that are removed or merged changes", () => {
  const texts: [string, string][] = [
    // Nothing to do.
    ["", ""],
    ["cidrLimit: 3 # the default list\n", "cidrLimit: 3 # the default list\n"],
    ["nonMasqueradeCIDRs: []\n", "nonMasqueradeCIDRs: []\n"],
    ["nonMasqueradeCIDRs: ~\n", "nonMasqueradeCIDRs: ~\n"],
    ["nonMasqueradeCIDRs: [ 10.0.0.0/8,11.0.1.0/24 ]", "nonMasqueradeCIDRs: [ 10.0.0.0/8,11.0.1.0/24 ]"],
    // Block lists: the line is removed with its comment; other comments stay.
    [
      "a: 1\nnonMasqueradeCIDRs:\n# x\n- 10.0.0.0/8 # y\n- 10.1.0.0/16 # z\n# w\n- 12.0.0.0/8\ncidrLimit: 1\n",
      "a: 1\nnonMasqueradeCIDRs:\n# x\n- 10.0.0.0/8 # y\n# w\n- 12.0.0.0/8\ncidrLimit: 1\n",
    ],
    ["nonMasqueradeCIDRs:\r\n  - 10.1.0.0/16\r\n  - 10.0.0.0/8", "nonMasqueradeCIDRs:\r\n  - 10.0.0.0/8"],
    ["nonMasqueradeCIDRs:\n- 10.0.0.0/8\n-   '10.0.0.0/8'", "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n"],
    // A merged entry takes the place of its first part, in the same quotes.
    [
      "nonMasqueradeCIDRs:\n  - \"10.128.0.0/9\" # up\n  - '12.0.0.0/8'\n  - 10.0.0.0/9\n",
      "nonMasqueradeCIDRs:\n  - \"10.0.0.0/8\" # up\n  - '12.0.0.0/8'\n",
    ],
    ["nonMasqueradeCIDRs:\n- 8000::/1\n- 0::/1\n", 'nonMasqueradeCIDRs:\n- "::/0"\n'],
    // Flow lists: one comma is removed with each entry.
    ["nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16, 12.0.0.0/8]", "nonMasqueradeCIDRs: [10.0.0.0/8, 12.0.0.0/8]"],
    ["nonMasqueradeCIDRs: [10.1.0.0/16, 10.2.0.0/16, 10.0.0.0/8]", "nonMasqueradeCIDRs: [10.0.0.0/8]"],
    ["nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16, 10.2.0.0/16]", "nonMasqueradeCIDRs: [10.0.0.0/8]"],
    ["nonMasqueradeCIDRs: [10.0.0.0/8 , 10.1.0.0/16 ,]", "nonMasqueradeCIDRs: [10.0.0.0/8 ,]"],
    [
      "nonMasqueradeCIDRs: [10.0.0.0/8, # ten\n  10.1.0.0/16, # gone\n  # stays\n  10.2.0.0/16]",
      "nonMasqueradeCIDRs: [10.0.0.0/8 # ten\n  # stays\n  ]",
    ],
    ["nonMasqueradeCIDRs: [10.1.0.0/16,\n  10.0.0.0/8]", "nonMasqueradeCIDRs: [\n  10.0.0.0/8]"],
    ["nonMasqueradeCIDRs: [12.0.0.0/8,\n  10.1.0.0/16, 10.0.0.0/8]", "nonMasqueradeCIDRs: [12.0.0.0/8,\n  10.0.0.0/8]"],
    // JSON, which allows no comma before the bracket.
    [
      '{\n  "nonMasqueradeCIDRs": [\n    "12.0.0.0/8",\n    "10.0.0.0/9",\n    "10.128.0.0/9",\n    "10.1.0.0/16"\n  ],\n  "cidrLimit": 2\n}\n',
      '{\n  "nonMasqueradeCIDRs": [\n    "12.0.0.0/8",\n    "10.0.0.0/8"\n  ],\n  "cidrLimit": 2\n}\n',
    ],
    ['{"nonMasqueradeCIDRs":["10.0.0.0/8","10.1.0.0/16"]}', '{"nonMasqueradeCIDRs":["10.0.0.0/8"]}'],
    // A byte order mark, an alias, and a key that is set twice, of which the last counts.
    ["\uFEFFnonMasqueradeCIDRs: [10.0.0.0/8, 10.0.0.0/8]", "\uFEFFnonMasqueradeCIDRs: [10.0.0.0/8]"],
    ["nonMasqueradeCIDRs: [&a 10.0.0.0/8, *a, 12.0.0.0/8]", "nonMasqueradeCIDRs: [&a 10.0.0.0/8, 12.0.0.0/8]"],
    [
      "x: &list\n- 10.0.0.0/8\n- 10.0.0.0/9\nnonMasqueradeCIDRs: *list\n",
      "x: &list\n- 10.0.0.0/8\nnonMasqueradeCIDRs: *list\n",
    ],
    [
      "nonMasqueradeCIDRs: [1.0.0.0/8, 1.0.0.0/8]\nnonMasqueradeCIDRs: [10.0.0.0/8, 10.0.0.0/9]",
      "nonMasqueradeCIDRs: [1.0.0.0/8, 1.0.0.0/8]\nnonMasqueradeCIDRs: [10.0.0.0/8]",
    ],
  ];
  for (const [before, after] of texts) assert.is(optimize(before).optimized?.text, after, before);
});

test("a list longer than its limit is optimized, and an invalid config is not", () => {
  const { parsed, optimized } = optimize("cidrLimit: 1\nnonMasqueradeCIDRs: [10.0.0.0/9, 10.128.0.0/9]\n");
  assert.is(optimized?.text, "cidrLimit: 1\nnonMasqueradeCIDRs: [10.0.0.0/8]\n");
  assert.equal([parsed.diagnostics, optimized?.lists[0]?.networks], [[], ["10.0.0.0/8"]]);
  const bad = optimize("nonMasqueradeCIDRs: [10.0.0.1/8]\n");
  assert.is(bad.optimized, undefined);
  assert.equal(
    bad.parsed.diagnostics.map(({ code }) => code),
    ["cidr-unaligned"],
  );
});

test("entries that cannot be cut out of the text are an error", () => {
  const texts = [
    "nonMasqueradeCIDRs: [10.0.0.0/8, &a 10.1.0.0/16]\nx: *a\n",
    "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n-\n  10.1.0.0/16\n",
    "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- >-\n  10.1.0.0/16\nx: 1\n",
  ];
  for (const text of texts) {
    assert.throws(
      () => optimize(text),
      (error: Error) => error instanceof ListEditError && /the smaller list is:\n10\.0\.0\.0\/8$/.test(error.message),
      text,
    );
  }
});

/** A config with this list in one of the possible notations, and comments that must stay. */
function write(list: readonly string[], style: number): string {
  const quote = ["", '"', "'"][style % 3] ?? "";
  const items = list.map((text) => (quote ? `${quote}${text}${quote}` : text.startsWith(":") ? `"${text}"` : text));
  const head = `# head\ncidrLimit: 5 # limit\n`;
  const tail = "# tail\nresyncInterval: 5m\n";
  switch (style % 5) {
    case 0:
      return `${head}nonMasqueradeCIDRs:\n${items.map((item, i) => `  # before ${i}\n  - ${item}${i % 2 ? " # gone" : ""}\n`).join("")}${tail}`;
    case 1:
      return `${head}nonMasqueradeCIDRs: [${items.join(", ")}]\n${tail}`;
    case 2:
      return `${head}nonMasqueradeCIDRs: [\n${items.map((item, i) => `  ${item}, # gone\n  # before ${i}\n`).join("")}]\n${tail}`;
    case 3:
      return `${head}nonMasqueradeCIDRs: [${items.map((item, i) => `${item}${i % 3 ? ",\n " : ", "}`).join("")}]\n${tail}`;
    default:
      return JSON.stringify(
        { resyncInterval: "5m", nonMasqueradeCIDRs: list, cidrLimit: 5 },
        undefined,
        style % 2 ? 2 : 0,
      );
  }
}

const LINK_LOCAL_ABOVE: Prefix = { family: "ipv6", address: 0n, bits: 0 };
const LINK_LOCAL_BELOW: Prefix = { family: "ipv6", address: 0xfe80n << 112n, bits: 11 };

test("every verdict stays, at every edge of every prefix, and so does all other text", () => {
  fc.assert(
    fc.property(
      prefixes().filter((list) => list.length > 0),
      fc.nat(29),
      (list, style) => {
        const before = write(list.map(formatSlow), style);
        // IPv4-mapped prefixes are refused in a config.
        if (before.includes("::ffff:")) return;
        const after = optimize(before).optimized?.text ?? "";
        const config = parseConfig(after, { ...OPTIONS, anyLength: true }).config;
        assert.equal([config?.resyncInterval, config?.cidrLimit], [300_000_000_000n, 5]);
        const left = (config?.nonMasqueradeCIDRs ?? []).map(({ prefix: { network } }) => network);
        assert.equal([...left].sort(), smallestSlow(list).map(formatSlow).sort());
        const stays = (text: string) => text.match(/# (head|limit|tail|before \d+)/g) ?? [];
        assert.equal(stays(after), stays(before));
        if (style % 5 === 4) JSON.parse(after);
        const results: Prefix[] = smallestSlow(list);
        for (const address of addressesNear(list)) {
          const isIn = (some: readonly Prefix[]) => some.some((prefix) => contains(prefix, address));
          assert.is(isIn(results), isIn(list));
        }
        // A second run changes nothing.
        assert.is(optimize(after).optimized?.text, after);
      },
    ),
    // A link-local range, which is kept implicitly, between two entries.
    { numRuns: size(1500, 40), examples: [[[LINK_LOCAL_ABOVE, LINK_LOCAL_BELOW], 0]] },
  );
});

test.run();
