import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { aggregateAt } from "../../src/core/aggregate.ts";
import {
  aggregate,
  CoreMemoryError,
  changesOf,
  countChanges,
  parsePrefixes,
  readPrefixList,
} from "../../src/core/index.ts";
import { Instance } from "../../src/core/instance.ts";
import { cases } from "../cases.ts";
import { contains, formatSlow, type Prefix, prefixes, smallestSlow } from "./slow.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const linesOf = (text: Uint8Array) => new TextDecoder().decode(text).split("\n").slice(0, -1);

/** The smallest list of these texts. */
const smallest = (texts: readonly string[]) => linesOf(aggregate(parsePrefixes(texts).records).text);

test("the smallest list, and the fate of each prefix, match the reference implementation", () => {
  fc.assert(
    fc.property(prefixes(), (list) => {
      const { length, text, parts, fates } = aggregate(parsePrefixes(list.map(formatSlow)).records);
      const results = smallestSlow(list);
      assert.equal(linesOf(text), results.map(formatSlow));
      assert.is(length, results.length);
      const made = results.map(() => 0);
      const expected = list.map((inner, i) => {
        const outer = list
          .map((one, j) => ({ one, j }))
          .filter(({ one, j }) => i !== j && contains(one, inner) && (one.bits < inner.bits || j < i))
          .sort((a, b) => a.one.bits - b.one.bits || a.j - b.j)[0];
        if (outer) return outer.j;
        const at = results.findIndex((result) => contains(result, inner));
        made[at] = (made[at] ?? 0) + 1;
        return ~at;
      });
      assert.equal([...fates], expected);
      assert.equal([...parts], made);
    }),
    { numRuns: cases(5000) },
  );
});

/** The addresses of a block of 16 that 16 bits select, as the fewest prefixes: the block if it is full, otherwise those of its halves. */
function blocksOf(bits: number, at: number, size: number): [at: number, size: number][] {
  const mask = ((1 << size) - 1) << at;
  if ((bits & mask) === 0) return [];
  if ((bits & mask) === mask) return [[at, size]];
  return [...blocksOf(bits, at, size / 2), ...blocksOf(bits, at + size / 2, size / 2)];
}

/** Every set of 16 addresses, computed once. */
const BLOCKS = Array.from({ length: 1 << 16 }, (_, bits) => blocksOf(bits, 0, 16));

for (const { family, address, full } of [
  {
    family: "IPv4",
    full: 32,
    // Every second block of 16, so that no two of them form a larger one.
    address: (block: number, low: number) =>
      `${11 + (block >> 19)}.${(block >> 11) & 255}.${(block >> 3) & 255}.${((block & 7) << 5) | low}`,
  },
  {
    family: "IPv6",
    full: 128,
    address: (block: number, low: number) =>
      `2001:db8:1:1:1:1:${((block >> 11) + 1).toString(16)}:${(((block & 2047) << 5) | low).toString(16)}`,
  },
]) {
  test(`half a million sets of 16 addresses, from random prefixes in random order, ${family}`, () => {
    const count = cases(1 << 17);
    for (let round = 0; round < 4; round++) {
      const sets = new Uint16Array(count);
      const lines: string[] = [];
      for (let n = 0; n < count * 3; n++) {
        const block = Math.floor(Math.random() * count);
        const size = (1 << Math.floor(Math.random() * 5)) >> (n & 1);
        if (size === 0) continue;
        const low = Math.floor(Math.random() * (16 / size)) * size;
        sets[block] = (sets[block] as number) | (((1 << size) - 1) << low);
        lines.push(`${address(block, low)}/${full - Math.log2(size)}`);
      }
      const got = linesOf(readPrefixList(bytes(lines.join("\n"))).aggregate().text);
      const expected = [...sets].flatMap((bits, block) =>
        (BLOCKS[bits] ?? []).map(([low, size]) => `${address(block, low)}/${full - Math.log2(size)}`),
      );
      assert.ok(got.join() === [...expected].join());
    }
  });
}

test("edges", () => {
  const nested = (full: number, text: (bits: number) => string) =>
    Array.from({ length: full + 1 }, (_, bits) => text(bits));
  const whole4 = Array.from({ length: 256 }, (_, i) => `${i}.0.0.0/8`);
  const whole6 = Array.from({ length: 1 << 12 }, (_, i) => `${(i << 4).toString(16)}::/12`);
  const edges: [string[], string[]][] = [
    [[], []],
    [["0.0.0.0/0"], ["0.0.0.0/0"]],
    [["::/0"], ["::/0"]],
    [
      ["0.0.0.0/0", "::/0"],
      ["0.0.0.0/0", "::/0"],
    ],
    [
      ["::/0", "0.0.0.0/0", "255.255.255.255/32"],
      ["0.0.0.0/0", "::/0"],
    ],
    [["255.255.255.255/32", "255.255.255.254/32"], ["255.255.255.254/31"]],
    [["::ffff:ffff/128", "::ffff:fffe/128"], ["::ffff:fffe/127"]],
    // Neighbours that are not halves of one prefix.
    [
      ["10.0.1.0/24", "10.0.2.0/24"],
      ["10.0.1.0/24", "10.0.2.0/24"],
    ],
    // The same bits in both families.
    [
      ["0.0.0.0/1", "8000::/1"],
      ["0.0.0.0/1", "8000::/1"],
    ],
    [["10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"], ["10.0.0.0/8"]],
    [nested(32, (bits) => `0.0.0.0/${bits}`).reverse(), ["0.0.0.0/0"]],
    [nested(128, (bits) => `::/${bits}`).reverse(), ["::/0"]],
    // 33 and 129 prefixes that cover the whole space: 0/1, 128/2, … and the last one twice.
    [[...nested(32, (bits) => formatSlow(onesThenZero("ipv4", bits))), "255.255.255.255/32"].slice(1), ["0.0.0.0/0"]],
    [
      [
        ...nested(128, (bits) => formatSlow(onesThenZero("ipv6", bits))),
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
      ].slice(1),
      ["::/0"],
    ],
    [whole4, ["0.0.0.0/0"]],
    [whole6, ["::/0"]],
    [
      whole4.filter((one) => one !== "10.0.0.0/8"),
      ["0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/2", "128.0.0.0/1"],
    ],
  ];
  for (const [list, expected] of edges) {
    assert.equal(smallest(list), expected, list.slice(0, 4).join(" "));
    assert.equal(smallest([...list].reverse()), expected);
  }
});

/** `bits` network bits, all set but the last: 0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3, … */
function onesThenZero(family: "ipv4" | "ipv6", bits: number): Prefix {
  const size = family === "ipv4" ? 32 : 128;
  return { family, bits, address: bits === 0 ? 0n : ((1n << BigInt(bits - 1)) - 1n) << BigInt(size - bits + 1) };
}

test("the changes, in the order of the list", () => {
  const list = ["10.0.0.0/9", "10.1.0.0/16", "192.168.0.0/16", "10.128.0.0/10", "192.168.0.0/16", "10.192.0.0/10"];
  const result = aggregate(parsePrefixes(list).records);
  const all = [
    { op: "merge", indexes: [0, 3, 5], into: 0 },
    { op: "cover", index: 1, by: 0 },
    { op: "cover", index: 4, by: 2 },
  ];
  assert.equal(changesOf(result), all);
  assert.is(countChanges(result), 3);
  for (let limit = 0; limit < 4; limit++) assert.equal(changesOf(result, limit), all.slice(0, limit));
});

test("a list that does not fit is an error, and the core still works", () => {
  // It reserves the space before it reads a record.
  assert.throws(
    () => aggregateAt(new Instance(), 0, 2 ** 26),
    (error: Error) => error instanceof CoreMemoryError,
  );
  assert.equal(smallest(["10.0.0.0/9", "10.128.0.0/9"]), ["10.0.0.0/8"]);
});

test.run();
