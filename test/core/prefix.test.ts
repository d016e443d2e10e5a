import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseAddresses, parsePrefixes } from "../../src/core/index.ts";
import { cases } from "../cases.ts";
import { cidrVectors } from "../fixtures.ts";
import { formatSlow, prefixes } from "./slow.ts";

test("prefixes are parsed exactly as by Go's net.ParseCIDR", () => {
  const vectors = cidrVectors();
  const { read } = parsePrefixes(vectors.map((vector) => vector.in));
  for (const [i, vector] of vectors.entries()) {
    const got = read[i];
    const where = JSON.stringify(vector.in);
    assert.is(got?.ok, vector.ok, where);
    if (!got?.ok || !vector.ok) continue;
    assert.is(got.bits, vector.ones, where);
    assert.is(got.aligned, vector.aligned, where);
    assert.is(got.family === "ipv6" ? 128 : 32, vector.bits, where);
    // Go prints addresses in ::ffff:0:0/96 as IPv4; here they are reported as `mapped`.
    if (got.network.startsWith("::ffff:")) {
      assert.is(
        got.network.replace("::ffff:", "").replace(/\d+$/, (bits) => String(Number(bits) - 96)),
        vector.network,
      );
    } else {
      assert.is(got.network, vector.network, where);
    }
  }
});

test("what is wrong with an invalid text, and where", () => {
  const texts: [string, string, number][] = [
    ["", "empty", 0],
    ["10.0.0.0", "no-length", 8],
    ["10.0.0.0/33", "length-too-big", 9],
    ["10.0.0.0/", "bad-length", 9],
    ["10.0.0.0/-1", "bad-length", 9],
    ["10.0.0.0/8/8", "bad-length", 10],
    ["10.0.0.0/8 ", "bad-length", 10],
    [" 10.0.0.0/8", "bad-character", 0],
    ["10.256.0.0/16", "octet-too-big", 5],
    ["010.0.0.0/8", "leading-zero", 1],
    ["10.0.0/8", "too-short", 6],
    ["10/8", "too-short", 2],
    ["1.2.3.4.5/8", "too-long", 7],
    ["1::2::3/64", "bad-character", 5],
    ["fe80::1%eth0/64", "zone", 7],
    ["1:2:3:4:5:6:7:8:9/64", "too-long", 16],
    ["12345::/16", "bad-character", 4],
    ["१०.0.0.0/8", "bad-character", 0],
  ];
  const { read } = parsePrefixes(texts.map(([text]) => text));
  for (const [i, [text, problem, at]] of texts.entries()) assert.equal(read[i], { ok: false, problem, at }, text);
});

test("addresses without a length", () => {
  const { read } = parseAddresses(["10.1.2.3", "2001:db8::1", "10.0.0.0/8", "x", "fe80::1%eth0"]);
  assert.equal(
    read.map((one) => (one.ok ? one.network : one.problem)),
    ["10.1.2.3/32", "2001:db8::1/128", "bad-character", "bad-character", "zone"],
  );
});

test("padded and mapped prefixes are distinguished", () => {
  const { read } = parsePrefixes(["10.0.0.0/08", "10.0.0.0/8", "::ffff:10.0.0.0/104", "::10.0.0.0/104", "0.0.0.0/0"]);
  const notes = read.map((one) => one.ok && [one.padded, one.mapped, one.network]);
  assert.equal(notes, [
    [true, false, "10.0.0.0/8"],
    [false, false, "10.0.0.0/8"],
    [false, true, "::ffff:10.0.0.0/104"],
    [false, false, "::a00:0/104"],
    [false, false, "0.0.0.0/0"],
  ]);
});

test("canonical text matches the reference implementation, and is parsed as itself", () => {
  fc.assert(
    fc.property(prefixes(), (list) => {
      const texts = list.map(formatSlow);
      const { read } = parsePrefixes(texts);
      assert.equal(
        read.map((one) => one.ok && one.network),
        texts,
      );
    }),
    { numRuns: cases(3000) },
  );
});

test.run();
