import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  diffSegments,
  type Family,
  formatAddresses,
  formatRange,
  parsePrefixes,
  rangeToPrefixes,
  segmentsOf,
} from "../../src/core/index.ts";
import { cases } from "../cases.ts";
import { contains, formatSlow, numbersBelow, type Prefix, prefixes } from "./slow.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];
const widthOf = (family: Family) => (family === "ipv4" ? 32 : 128);

/** The longest prefix that contains an address; of equal prefixes the first. */
function ownerSlow(list: readonly Prefix[], family: Family, address: bigint): number {
  let owner = -1;
  for (const [i, prefix] of list.entries()) {
    if (!contains(prefix, { family, address, bits: widthOf(family) })) continue;
    if (owner < 0 || prefix.bits > (list[owner]?.bits ?? 0)) owner = i;
  }
  return owner;
}

const recordsOf = (list: readonly Prefix[]) => parsePrefixes(list.map(formatSlow)).records;

test("segments cover a family's space, and each has the prefix that decides there", () => {
  fc.assert(
    fc.property(prefixes(), (list) => {
      for (const family of FAMILIES) {
        const segments = segmentsOf(recordsOf(list), family, "longest");
        assert.is(segments.first(0), 0n);
        assert.is(segments.last(segments.length - 1), (1n << BigInt(widthOf(family))) - 1n);
        for (let i = 0; i < segments.length; i++) {
          if (i > 0) {
            assert.is(segments.first(i), segments.last(i - 1) + 1n);
            assert.is.not(segments.owners[i], segments.owners[i - 1]);
          }
          for (const address of [segments.first(i), segments.last(i)]) {
            assert.is(segments.owners[i], ownerSlow(list, family, address));
          }
        }
      }
    }),
    { numRuns: cases(2_000) },
  );
});

test("two lists of segments differ wherever the classes of their owners differ", () => {
  fc.assert(
    fc.property(prefixes(), prefixes(), fc.nat(), (a, b, seed) => {
      const number = numbersBelow(seed);
      const classes = {
        before: Int32Array.from({ length: a.length + 1 }, () => number(2)),
        after: Int32Array.from({ length: b.length + 1 }, () => number(2)),
      };
      for (const family of FAMILIES) {
        const before = segmentsOf(recordsOf(a), family, "longest");
        const after = segmentsOf(recordsOf(b), family, "longest");
        const found = diffSegments(before, after, classes);
        const borders = [before, after].flatMap((one) => Array.from({ length: one.length }, (_, i) => one.first(i)));
        for (const at of new Set(borders)) {
          const [old, now] = [ownerSlow(a, family, at), ownerSlow(b, family, at)];
          const change = found.find(({ first, last }) => first <= at && at <= last);
          if (classes.before[old + 1] === classes.after[now + 1]) assert.is(change, undefined);
          else assert.equal([change?.before, change?.after], [old, now]);
        }
        for (const [i, { first, last }] of found.entries()) {
          assert.ok(first <= last && first > (found[i - 1]?.last ?? -1n));
        }
      }
    }),
    { numRuns: cases(1_000) },
  );
});

test("a range as CIDRs and as text", () => {
  const ranges: [Family, bigint, bigint, string[], string][] = [
    ["ipv4", 0x0a000000n, 0x0affffffn, ["10.0.0.0/8"], "10.0.0.0/8"],
    ["ipv4", 0x0a000000n, 0x0a000002n, ["10.0.0.0/31", "10.0.0.2/32"], "10.0.0.0-10.0.0.2"],
    ["ipv4", 0x0a000001n, 0x0a000001n, ["10.0.0.1/32"], "10.0.0.1"],
    ["ipv4", 0n, 0xffffffffn, ["0.0.0.0/0"], "0.0.0.0/0"],
    ["ipv4", 1n, 2n, ["0.0.0.1/32", "0.0.0.2/32"], "0.0.0.1-0.0.0.2"],
    ["ipv6", 0n, (1n << 128n) - 1n, ["::/0"], "::/0"],
    [
      "ipv6",
      (1n << 128n) - 1n,
      (1n << 128n) - 1n,
      [`${"ffff:".repeat(8).slice(0, -1)}/128`],
      `${"ffff:".repeat(8).slice(0, -1)}`,
    ],
  ];
  for (const [family, first, last, networks, text] of ranges) {
    assert.equal(rangeToPrefixes(family, first, last), networks);
    assert.is(formatRange(family, first, last), text);
  }
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (a, b) => {
      const [first, last] = [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))];
      const { records } = parsePrefixes(rangeToPrefixes("ipv4", first, last));
      const segments = segmentsOf(records, "ipv4", "longest");
      const covered = [...segments.owners.keys()].filter((i) => (segments.owners[i] ?? -1) >= 0);
      assert.is(segments.first(covered[0] ?? 0), first);
      assert.is(segments.last(covered.at(-1) ?? 0), last);
      assert.is(covered.length, records.length);
    }),
  );
});

test("addresses from numbers", () => {
  assert.equal(formatAddresses("ipv4", [0n, 0x0a000001n, 0xffffffffn]), ["0.0.0.0", "10.0.0.1", "255.255.255.255"]);
  assert.equal(formatAddresses("ipv6", [0n, 1n]), ["::", "::1"]);
});

test.run();
