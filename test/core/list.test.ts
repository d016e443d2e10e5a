import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type PrefixList, parsePrefixes, readPrefixList } from "../../src/core/index.ts";
import { cases, depth } from "../cases.ts";
import { formatSlow, listsOf, numbersBelow, prefixes, readPrefixSlow } from "./slow.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const entriesOf = (list: PrefixList) =>
  Array.from({ length: list.length }, (_, i) => list.entry(i)).map(({ prefix, line }) => `${prefix.network} ${line}`);

test("a plain list: comments, blanks, line endings, and errors", () => {
  const texts: [string, string[], number[]][] = [
    ["", [], []],
    ["\n\n# nothing\n  \t\r\n", [], []],
    ["10.0.0.0/8", ["10.0.0.0/8 1"], []],
    ["10.0.0.1", ["10.0.0.1/32 1"], []],
    ["  10.0.0.1 # one\n10.0.0.2\r\n2001:db8::1\n", ["10.0.0.1/32 1", "10.0.0.2/32 2", "2001:db8::1/128 3"], []],
    // A packet to it carries the IPv4 address.
    ["::ffff:10.0.0.1", ["10.0.0.1/32 1"], []],
    ["10.0.0.0/8\r\n11.0.0.0/8\r\n", ["10.0.0.0/8 1", "11.0.0.0/8 2"], []],
    ["# a\n\n  10.0.0.0/8 # b\n\t::/0\n", ["10.0.0.0/8 3", "::/0 4"], []],
    [
      "10.0.0.0/8#c\n1.2.3.4/32\n1.2.3.0/24\n0.0.0.0/0\nfd00::/8\n9.0.0.0/8\n",
      ["10.0.0.0/8 1", "1.2.3.4/32 2", "1.2.3.0/24 3", "0.0.0.0/0 4", "fd00::/8 5", "9.0.0.0/8 6"],
      [],
    ],
  ];
  for (const [text, entries] of texts) {
    // Once as it is, and once followed by so many bytes that each line takes the fast path.
    for (const tail of ["", `\n#${"x".repeat(40)}`]) {
      const list = readPrefixList(bytes(text + tail));
      assert.equal([entriesOf(list), list.flawed], [entries, []], JSON.stringify(text));
    }
  }
});

test("lists larger than the pieces that they are read in, split anywhere", () => {
  for (let pad = 0; pad < 40; pad++) {
    const comment = `#${"x".repeat((1 << 16) - 20 - pad)}`;
    const lines = [
      "10.0.0.0/8",
      comment,
      "255.255.255.255/32\r",
      "  ::1/128",
      comment,
      "1.0.0.0/8",
      comment + comment,
      "2.0.0.0/8",
    ];
    const list = readPrefixList(bytes(lines.join("\n")));
    assert.equal(entriesOf(list), ["10.0.0.0/8 1", "255.255.255.255/32 3", "::1/128 4", "1.0.0.0/8 6", "2.0.0.0/8 8"]);
  }
});

/** Compares a list of these entries with the reference implementation. */
function compare(entries: readonly string[]): void {
  const list = readPrefixList(bytes(`${entries.join("\n")}\n${" ".repeat(40)}`));
  const flawed = new Set(list.flawed);
  let index = 0;
  for (const [i, line] of entries.entries()) {
    const text = line.replace(/#.*/s, "").replace(/^[ \t\r]+|[ \t\r]+$/g, "");
    if (text === "") continue;
    const expected = readPrefixSlow(text);
    const found = flawed.has(i + 1) ? undefined : list.entry(index).prefix.network;
    const wanted = expected && formatSlow(expected);
    if (found !== wanted) assert.is(found, wanted, JSON.stringify(line));
    index++;
  }
  assert.is(list.length, index);
}

test("half a million random lines, compared with the reference implementation", () => {
  const random = numbersBelow(11);
  const one = (texts: readonly string[]) => texts[random(texts.length)] ?? "";
  const odd = ["256", "999", "1000", "00", "01", "0000", "", "-1", "a", ":", "::", "\0", "é", " ", "/", "#"];
  const mostly = (good: readonly string[], odd: readonly string[]) => (random(20) === 0 ? one(odd) : one(good));
  const number = () => mostly(["0", "1", "9", "10", "24", "99", "100", "199", "255"], odd);
  const dot = () => mostly(["."], ["/", " ", ",", "..", "-", "", "\r", "\t"]);
  const slash = () => mostly(["/"], ["//", ".", "", " /"]);
  const length = () => mostly(["32", "32", "32", "0", "8", "9", "16", "24", "31"], ["33", "100", "032", ...odd]);
  const line = () => {
    const address = number() + dot() + number() + dot() + number() + dot() + number();
    return random(10) === 0 ? address : address + slash() + length();
  };
  for (let i = 0; i < cases(50); i++) compare(Array.from({ length: 10_000 }, line));
});

test("every line of a few parts, compared with the reference implementation", () => {
  const parts = ["0", "1", "12", "f", ":", "::", ".", "/", " ", "#", "1.2.3.0", "1:2:3:4:5:6:7:0"];
  compare([...listsOf(parts, depth(5))].map((list) => list.join("")));
});

test("errors in a list, and their lines", () => {
  const text =
    "# ours\n10.0.0.0/8\r\n\n  192.168.1.1 # one address\n2001:db8::/32\n10.0.0.1/8\n10.0.0.0/08\nx\n1.1.1.1/33\nfe80::1";
  const list = readPrefixList(bytes(text));
  assert.equal([list.length, list.flawed, list.hasIPv6, list.ipv6Lines()], [8, [6, 7, 8, 9], true, [5, 10]]);
  assert.equal(list.entry(1), { prefix: parsePrefixes(["192.168.1.1/32"]).read[0], line: 4 });
  assert.throws(() => list.entry(5), /entry 5 is not a prefix/);
  const ipv4 = readPrefixList(bytes("10.0.0.0/8\n::ffff:10.0.0.1\n"));
  assert.equal([ipv4.hasIPv6, ipv4.ipv6Lines()], [false, []]);
});

test("every prefix has the same record as if it were parsed alone, except for its line", () => {
  fc.assert(
    fc.property(prefixes(), fc.boolean(), fc.boolean(), (list, crlf, ends) => {
      const texts = list.map(formatSlow);
      const newline = crlf ? "\r\n" : "\n";
      const records = readPrefixList(bytes(texts.join(newline) + (ends ? newline : ""))).records();
      const alone = parsePrefixes(texts).records;
      const view = new DataView(alone.bytes.buffer, alone.bytes.byteOffset);
      for (let i = 0; i < alone.length; i++) view.setUint32(i * 24 + 20, i + 1, true);
      assert.equal(records, alone);
    }),
    { numRuns: cases(500) },
  );
});

test.run();
