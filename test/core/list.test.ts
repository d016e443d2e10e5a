import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parsePrefixes, parsePrefixList, readRecords, recordAt } from "../../src/core/index.ts";
import { formatSlow, prefixes } from "./slow.ts";

const encode = (text: string) => new TextEncoder().encode(text);

test("a list is read line by line", () => {
  const text =
    "# ours\n10.0.0.0/8\r\n\n  192.168.1.1 # one address\n2001:db8::/32\n10.0.0.1/8\n10.0.0.0/08\nx\n1.1.1.1/33";
  const { records, lines, doubtful } = parsePrefixList(encode(text));
  const read = readRecords(records).map((one) => (one.ok ? one.network : one.problem));
  assert.equal(read, [
    "10.0.0.0/8",
    "192.168.1.1/32",
    "2001:db8::/32",
    "10.0.0.0/8",
    "10.0.0.0/8",
    "bad-character",
    "length-too-big",
  ]);
  assert.equal([...lines], [2, 4, 5, 6, 7, 8, 9]);
  assert.is(doubtful, 4);
  assert.is(readRecords(recordAt(records, 2))[0]?.ok, true);
});

test("every prefix gives the record that reading it alone gives", () => {
  fc.assert(
    fc.property(prefixes(), fc.boolean(), fc.boolean(), (list, crlf, ends) => {
      const texts = list.map(formatSlow);
      const newline = crlf ? "\r\n" : "\n";
      const { records, lines } = parsePrefixList(encode(texts.join(newline) + (ends ? newline : "")));
      assert.equal(records.bytes, parsePrefixes(texts).records.bytes);
      assert.equal(
        [...lines],
        texts.map((_, i) => i + 1),
      );
    }),
    { numRuns: 500 },
  );
});

test("an empty list", () => {
  for (const text of ["", "\n", "#", " \n\r\n"]) assert.is(parsePrefixList(encode(text)).records.length, 0);
});

test.run();
