import { test } from "uvu";
import * as assert from "uvu/assert";
import { isPlainList, parseList } from "../../src/config/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a config and a plain list are distinguished by their first line", () => {
  const lists = [
    "10.0.0.0/8\n",
    "\n # x\n::/0",
    "fd00::/8",
    "fe80::",
    "foo",
    "1.2.3.4",
    "10.0.0.0/33",
    "\uFEFF10.0.0.0/8",
    "10.0.0.0/8 # a: b",
  ];
  const configs = [
    "",
    "# x\n",
    "cidrLimit: 1",
    "# x\n\nnonMasqueradeCIDRs:\n- 1",
    "{",
    "---\na: 1",
    "- 10.0.0.0/8",
    '"a": 1',
    "%YAML 1.1",
    "\uFEFFa: 1",
  ];
  for (const text of lists) assert.is(isPlainList(bytes(text)), true, text);
  for (const text of configs) assert.is(isPlainList(bytes(text)), false, text);
});

test("errors in a plain list, and their lines", () => {
  const report = (text: string, ipv6: boolean) =>
    parseList(bytes(text), { file: "list", ipv6 }).diagnostics.map(
      ({ code, line, column, length }) => `${code} ${line}:${column}+${length}`,
    );
  const cases: [string, string[]][] = [
    ["10.0.0.0/8\n::/0", []],
    ["\uFEFF10.0.0.1/8", ["cidr-unaligned 1:1+10"]],
    ["# é\n10.0.0.0/8\n\t 10.0.0.0/08 # x\r\nfoo\n", ["cidr-length-padded 3:3+11", "cidr-syntax 4:1+3"]],
    ["::ffff:10.0.0.0/104\n10.0.0.1\n", ["cidr-mapped 1:1+19"]],
    ["10.0.0.0\n10.0.0\nfe80::1%eth0\n", ["cidr-syntax 2:1+6", "cidr-syntax 3:1+12"]],
  ];
  for (const [text, expected] of cases) assert.equal(report(text, true), expected, text);
  assert.equal(report("::/0\n10.0.0.1/8 \n10.0.0.1\n fe80::1\n", false), [
    "ipv6-disabled 1:1+4",
    "cidr-unaligned 2:1+10",
    "ipv6-disabled 4:2+7",
  ]);
  const blank = " \t\r".repeat(7_000);
  const wide: [string, string[]][] = [
    [`${blank}10.0.0.1/8${blank}`, ["cidr-unaligned 1:21001+10"]],
    [`${"\n".repeat(20_000)}${blank}foo`, ["cidr-syntax 20001:21001+3"]],
    // The line starts with a prefix, but does not end there.
    [`10.0.0.0/8${blank}x`, ["cidr-syntax 1:1+21011"]],
    [`10.0.0.0/${"0".repeat(20_000)}8 # x`, ["cidr-unaligned 1:1+20010"]],
    ["x".repeat(20_000), ["cidr-syntax 1:1+20000"]],
  ];
  for (const [text, expected] of wide) assert.equal(report(text, true), expected, text.trim().slice(0, 20));
  assert.is(parseList(bytes("10.0.0.0/8"), { file: "list", ipv6: false }).list?.length, 1);
});

test("the first bad entries are diagnosed, and the others counted", () => {
  const text = `10.0.0.0/8\n${"10.0.0.1/8\n".repeat(300_000)}::/0\n`;
  const { list, diagnostics, more } = parseList(bytes(text), { file: "list", ipv6: false, most: 100 });
  assert.equal([list, diagnostics.length, diagnostics.at(-1)?.line, more], [undefined, 100, 101, 299_901]);
});

test.run();
