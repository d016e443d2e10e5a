// Single queries about CIDRs and addresses as text, compared with BigInt arithmetic.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contains, InvalidCidrError, merge, overlaps, PrefixTable, subtract } from "../../src/core/index.ts";
import { cases } from "../cases.ts";

/** A small address space in which all CIDRs can be tried: the last bits of a network. */
const NETWORKS = [
  { prefix: (last: number, bits: number) => `192.0.2.${last}/${28 + bits}`, address: (n: number) => `192.0.2.${n}` },
  {
    prefix: (last: number, bits: number) => `2001:db8::${last.toString(16)}/${124 + bits}`,
    address: (n: number) => `2001:db8::${n.toString(16)}`,
  },
];
const SIZE = 16;
const BLOCKS = [0, 1, 2, 3, 4].flatMap((bits) => {
  const size = SIZE >> bits;
  return Array.from({ length: SIZE / size }, (_, i) => ({ first: i * size, last: (i + 1) * size - 1, bits }));
});

test("contains and overlaps, for all pairs of blocks", () => {
  for (const { prefix, address } of NETWORKS) {
    for (const a of BLOCKS) {
      // Host bits are ignored.
      const text = prefix(a.last, a.bits);
      for (let n = 0; n < SIZE; n++) assert.is(contains(text, address(n)), a.first <= n && n <= a.last, `${text} ${n}`);
      for (const b of BLOCKS) {
        const other = prefix(b.first, b.bits);
        assert.is(contains(text, other), a.first <= b.first && b.last <= a.last, `${text} ${other}`);
        assert.is(overlaps(text, other), a.first <= b.last && b.first <= a.last, `${text} ${other}`);
      }
    }
  }
  assert.not(contains("0.0.0.0/0", "::1"));
  assert.not(overlaps("0.0.0.0/0", "::/0"));
  // As with a socket for both families.
  assert.ok(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
  assert.ok(contains("2001:db8:0:1::/64", "2001:db8:0:1:ffff::"));
  assert.not(contains("2001:db8:0:1::/64", "2001:db8:0:2::"));
});

/** The addresses of the space that CIDRs cover. */
const covered = (list: readonly string[], address: (n: number) => string) =>
  Array.from({ length: SIZE }, (_, n) => list.some((cidr) => contains(cidr, address(n))));

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`${index}`);
  return found;
}

/** Pseudo-random numbers, the same in each run. */
function randomOf(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

test("merge and subtract cover the right addresses, with the fewest CIDRs", () => {
  const random = randomOf(1);
  for (let round = 0; round < cases(400); round++) {
    const { prefix, address } = pick(NETWORKS, round % 2);
    const list = () =>
      Array.from({ length: random(6) }, () => {
        const { first, bits } = pick(BLOCKS, random(BLOCKS.length));
        return bits === 4 ? address(first) : prefix(first + random(2), bits);
      });
    const [a, b] = [list(), list()];
    const [inA, inB] = [covered(a, address), covered(b, address)];
    const merged = merge(a);
    assert.equal(covered(merged, address), inA, a.join());
    const left = subtract(a, b);
    const wanted = inA.map((is, n) => is && !inB[n]);
    assert.equal(covered(left, address), wanted, `${a} - ${b}`);
    assert.equal(merge(left), left, `${a} - ${b}`);
    assert.equal(subtract(a, a), []);
    assert.equal(subtract(a, []), merged);
  }
  assert.equal(merge(["2001:db8::/32", "10.0.0.1/8", "10.0.0.5"]), ["10.0.0.0/8", "2001:db8::/32"]);
  assert.equal(subtract(["0.0.0.0/0", "::/0"], ["128.0.0.0/1", "8000::/1"]), ["0.0.0.0/1", "::/1"]);
  assert.equal([merge([]), subtract([], ["10.0.0.0/8"])], [[], []]);
});

test("a table returns the longest or the first CIDR that contains an address", () => {
  const list = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::1/32"];
  const longest = new PrefixTable(list);
  const first = new PrefixTable(list, "first");
  assert.is(longest.length, 4);
  assert.equal(longest.match("10.1.2.3"), { prefix: "10.1.2.3", index: 2 });
  assert.equal(longest.match("10.1.9.9"), { prefix: "10.1.0.0/16", index: 1 });
  assert.equal(first.match("10.1.2.3"), { prefix: "10.0.0.0/8", index: 0 });
  assert.equal(longest.match("2001:db8:9::"), { prefix: "2001:db8::1/32", index: 3 });
  assert.is(longest.match("192.0.2.1"), undefined);
  assert.equal([longest.has("10.9.9.9"), longest.has("::")], [true, false]);
  assert.is(new PrefixTable([]).match("10.0.0.1"), undefined);
  assert.equal(list.length, 4);
});

test("a table still works after other calls have grown the memory", () => {
  const table = new PrefixTable(["10.0.0.0/8"]);
  merge(Array.from({ length: 200_000 }, (_, i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`));
  assert.ok(table.has("10.1.2.3"));
  assert.ok(contains("10.0.0.0/8", "10.1.2.3"));
});

const ANY = <T>(value: unknown) => value as T;

const REFUSED: readonly (readonly [what: string, call: () => unknown, message: RegExp])[] = [
  [
    "an octet",
    () => contains("10.0.0.256/8", "10.0.0.1"),
    /^"10\.0\.0\.256\/8" is not a CIDR or an address: an octet is/,
  ],
  [
    "a length",
    () => merge(["10.0.0.0/8", "10.0.0.0/33"]),
    /^"10\.0\.0\.0\/33" \(index 1\) is not a CIDR.*: the length exc/,
  ],
  [
    "a name",
    () => new PrefixTable(["10.0.0.0/8"]).match("host"),
    /^"host" is not an address: .*; write one such as 10\.1/,
  ],
  ["a CIDR for an address", () => new PrefixTable([]).match("10.0.0.0/8"), /^"10\.0\.0\.0\/8" is not an address: /],
  ["no text", () => overlaps("", "10.0.0.0/8"), /^"" is not a CIDR or an address: it is empty/],
  ["a long text", () => contains("10.0.0.0/8", `${"1".repeat(99)}`), /^"1{64}" is not a CIDR or an address: /],
  [
    "another alphabet",
    () => contains("10.0.0.0/8", "１０.0.0.1"),
    /is not a CIDR or an address: it has an unexpected char/,
  ],
  [
    "a number",
    () => contains("10.0.0.0/8", ANY(42)),
    /^the address must be a string, .*; it is a value of type number$/,
  ],
  ["nothing", () => contains(ANY(undefined), "10.0.0.1"), /^the CIDR must be a string, .*; it is undefined$/],
  [
    "a text for a list",
    () => merge(ANY("10.0.0.0/8")),
    /^the list must be an array of strings; it is a value of type str/,
  ],
  ["a list of other values", () => subtract([], ANY([null])), /^the second list\[0\] must be a string; it is null$/],
  [
    "another decider",
    () => new PrefixTable([], ANY("last")),
    /^the decider must be one of first, longest; it is "last"$/,
  ],
];

for (const [what, call, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    try {
      call();
    } catch (error) {
      assert.match((error as Error).message, message);
      assert.ok(error instanceof InvalidCidrError || error instanceof TypeError || error instanceof RangeError);
      return;
    }
    assert.unreachable();
  });
}

test("an error has fields for programs", () => {
  try {
    contains("10.0.0.0/8", "10.0.0.01");
    assert.unreachable();
  } catch (error) {
    const { text, problem, at } = error as InvalidCidrError;
    assert.equal({ text, problem, at }, { text: "10.0.0.01", problem: "leading-zero", at: 8 });
  }
});

test.run();
