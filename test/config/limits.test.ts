// Texts that only an attacker would write, and the largest valid texts.
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ConfigOptions, countProblems, MAX_CONFIG_BYTES, parseConfig } from "../../src/config/index.ts";
import { MAX_MARKS } from "../../src/config/limits.ts";
import { readSyntax } from "../../src/config/syntax.ts";
import { cases, inCI, size } from "../cases.ts";
import { countingWork } from "../counted-work.ts";

const OPTIONS: ConfigOptions = { file: "config", ipv6: false, reservedRanges: false };

/** The maximum number of diagnostics: a hundred for each of a few codes. */
const MOST = 1_000;

/** `unit` repeated, about `size` characters in total. */
const again = (unit: string) => (size: number) => unit.repeat(Math.floor(size / unit.length));

/** Different CIDRs, formatted by `write`, about `size` characters in total. */
const cidrs = (write: (cidr: string) => string) => (size: number) => {
  const parts: string[] = [];
  for (let i = 0, length = 0; length < size; i++) {
    const part = write(`10.${i >> 12}.${(i >> 4) & 255}.${(i & 15) * 16}/28`);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
};

const list = (items: (size: number) => string, open = "[", close = "]") => {
  return (size: number) => `cidrLimit: 500000\nnonMasqueradeCIDRs: ${open}${items(size)}${close}\n`;
};

/** Texts by size, each with a shape that a parser could take long for. */
const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  braces: again("}"),
  "pairs of brackets": again("[]"),
  "open brackets": again("["),
  anchors: again("&a "),
  aliases: again("*a "),
  quotes: again('"'),
  "open quote": (size) => `"${again("\\")(size)}`,
  "explicit keys": again("? "),
  "dashes and tabs": (size) => `${again("-\t")(size)}a\r\n60s`,
  "explicit keys and text": (size) => `${again("? ")(size)}a\r\n60s`,
  commas: list(again(",")),
  documents: again("---\n"),
  directives: again("%A b\n"),
  "broken directives": again("%YAML 1\n"),
  newlines: again("\n"),
  comments: again("#\n"),
  keys: again("a:\n"),
  "texts in a list": list(again("a,")),
  "nulls in a list": list(again("~,")),
  "empty entries": list(again("-\n"), "\n", ""),
  "empty entries and comments": list(again("-\n# -\n"), "\n", ""),
  "aliases in a list": (size) => `x: &a 10.0.0.0/8\n${list(again("*a,"))(size)}`,
  "aliases of a long text": (size) => `x: &a "${"1".repeat(size / 2)}"\n${list(again("*a,"))(size / 2)}`,
  "merge keys": (size) => `x: &a {${cidrs((cidr) => `"${cidr}": 1, `)(size / 2)}}\n<<: [${again("*a,")(size / 2)}]`,
  "unaligned CIDRs": list(again("10.0.0.1/8,")),
  "a long duration": (size) => `resyncInterval: ${"1ns".repeat(size / 3)}`,
  "a long number of seconds": (size) => `resyncInterval: "${"9".repeat(size)}s"`,
  "a long key": (size) => `? ${"a".repeat(size)}\n: 1`,
  "JSON on one line": (size) => `{"cidrLimit":500000,"nonMasqueradeCIDRs":[${cidrs((cidr) => `"${cidr}",`)(size)}]}`,
  "YAML on one line": list(cidrs((cidr) => `${cidr}, `)),
  "YAML, a line each": list(
    cidrs((cidr) => `- ${cidr}\n`),
    "\n",
    "",
  ),
};

/** The shapes that are valid configs. */
const VALID = ["newlines", "comments", "keys", "directives", "documents", "JSON on one line", "YAML on one line"];

// The first test, because V8 does not count code that has already run.
inCI("four times the text is four times the work", () =>
  countingWork((count) => {
    const short = 16_384;
    for (const [name, shape] of Object.entries(SHAPES)) {
      const [small = 0, large = 0] = [short, 4 * short].map((length) => {
        const text = shape(length);
        return count(() => void parseConfig(text, OPTIONS));
      });
      // Quadratic work would be sixteen times as much.
      assert.ok(small > 0 && large <= 5 * small, `${name}: ${large} after ${small}`);
    }
  }),
);

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`bounded: ${name}`, () => {
    const text = shape(size(65_536, 1_024));
    const { config, diagnostics, omitted } = parseConfig(text, OPTIONS);
    assert.ok(diagnostics.length <= MOST, `${diagnostics.length} diagnostics`);
    for (const { message, hint, line, column } of diagnostics) {
      assert.ok(message.length <= 1_000 && hint.length <= 1_000, message.slice(0, 100));
      assert.ok(line >= 1 && column >= 1);
    }
    const errors = countProblems({ diagnostics, omitted }, "error");
    assert.is(config === undefined, errors > 0);
    if (VALID.includes(name)) assert.ok(config, diagnostics[0]?.message);
  });
}

inCI("a megabyte of different CIDRs is read, however it is written", () => {
  for (const name of ["JSON on one line", "YAML on one line", "YAML, a line each"]) {
    const text = SHAPES[name]?.(MAX_CONFIG_BYTES - 100) ?? "";
    assert.ok(text.length <= MAX_CONFIG_BYTES);
    const { config, diagnostics } = parseConfig(text, OPTIONS);
    assert.ok(config && config.nonMasqueradeCIDRs.length > 50_000, `${name}: ${diagnostics[0]?.message}`);
  }
  // As many entries as possible: 104,857 of ten characters.
  const full = list(again("9.0.0.0/8,"))(MAX_CONFIG_BYTES - 100);
  assert.equal(readSyntax(full).problems, []);
});

test("a file of more than 1 MiB is one error, and the rest is not read", () => {
  const characters = "#".repeat(MAX_CONFIG_BYTES);
  assert.ok(parseConfig(characters, OPTIONS).config);
  const sources = [
    `${characters}#`,
    new TextEncoder().encode(`${characters}}`),
    `#${"\u20AC".repeat(MAX_CONFIG_BYTES / 3)}#`,
    new Uint8Array(MAX_CONFIG_BYTES + 1).fill(0xff),
  ];
  for (const source of sources) {
    const { config, diagnostics } = parseConfig(source, OPTIONS);
    assert.equal([config, diagnostics.map(({ code }) => code)], [undefined, ["too-large"]]);
  }
});

test("parsing stops at each limit, and reports where", () => {
  const texts: [string, RegExp, number][] = [
    ["}".repeat(1_000), /^more than 100 errors; the rest of the file is not read$/, 101],
    [`a: [${"b,".repeat(MAX_MARKS)}]`, /^more than 220000 values and punctuation marks$/, 1],
    ["-\t".repeat(5_010), /^the document is nested too deeply$/, 1],
    ["? ".repeat(5_010), /^the document is nested too deeply$/, 1],
    [`${"[".repeat(102)}${"]".repeat(102)}`, /^the document is nested too deeply$/, 1],
  ];
  for (const [text, message, count] of texts) {
    const { document, problems } = readSyntax(text);
    assert.ok(document === undefined, text.slice(0, 20));
    assert.is(problems.length, count, text.slice(0, 20));
    assert.match(problems.at(-1)?.message ?? "", message);
  }
  assert.equal(readSyntax(`${"[".repeat(100)}${"]".repeat(100)}`).problems, []);
});

test("warnings do not displace errors", () => {
  const text = `cidrLimit: 500000\nnonMasqueradeCIDRs: [10.0.0.0/8, ${"10.1.0.0/16, ".repeat(5_000)}10.0.0.1/8]\n`;
  const keys = Array.from({ length: 500 }, (_, i) => `a${i}: 1\n`).join("");
  const { config, diagnostics, omitted } = parseConfig(keys + text, OPTIONS);
  assert.is(config, undefined);
  assert.equal(
    diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
    ["cidr-unaligned"],
  );
  assert.equal(omitted, [{ severity: "warning", code: "key-unknown", count: 400 }]);
});

/** The pieces that hostile texts consist of. */
const PIECES = [
  ...[
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ": ",
    "- ",
    "-\t",
    "? ",
    "&a ",
    "*a ",
    "! ",
    "!!int ",
    "|\n",
    ">-\n",
    "%YAML 1.1\n",
  ],
  ...[
    "---\n",
    "...\n",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "#",
    " #",
    '"',
    "'",
    "\\",
    "<<: ",
    "\0",
    "\uFEFF",
    "\u2028",
    "\uD800",
  ],
  ...["nonMasqueradeCIDRs", "cidrLimit", "resyncInterval", "10.0.0.0/8", "60s", "~", "null", "1", "a", "x: &a "],
];

test("no text makes the parser throw, and diagnostics are bounded", () => {
  const piece = fc.record({ unit: fc.constantFrom(...PIECES), times: fc.constantFrom(1, 1, 1, 2, 3, 150, 5_010) });
  const texts = fc
    .array(piece, { maxLength: 12 })
    .map((pieces) => pieces.map(({ unit, times }) => unit.repeat(times)).join(""));
  fc.assert(
    fc.property(texts, (text) => {
      const { config, diagnostics, omitted } = parseConfig(text, OPTIONS);
      assert.ok(diagnostics.length <= MOST);
      assert.is(config === undefined, countProblems({ diagnostics, omitted }, "error") > 0);
    }),
    { seed: 20_260, numRuns: cases(500) },
  );
});

test.run();
