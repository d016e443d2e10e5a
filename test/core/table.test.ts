import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildTable, CoreMemoryError, type Decider, parseAddresses, parsePrefixes } from "../../src/core/index.ts";
import { Instance } from "../../src/core/instance.ts";
import { putTable } from "../../src/core/table.ts";
import { cases, size } from "../cases.ts";
import { addressesNear, contains, formatAddress, formatSlow, type Prefix, prefixes } from "./slow.ts";

const DECIDERS: readonly Decider[] = ["first", "longest"];

/** The index of the prefix that decides, by checking all of them. */
function decideSlow(list: readonly Prefix[], address: Prefix, decider: Decider): number {
  let found = -1;
  for (const [i, prefix] of list.entries()) {
    if (!contains(prefix, address)) continue;
    if (decider === "first") return i;
    if (found === -1 || prefix.bits > (list[found]?.bits ?? 0)) found = i;
  }
  return found;
}

function check(list: readonly Prefix[], addresses: readonly Prefix[]): void {
  const { records } = parseAddresses(addresses.map(formatAddress));
  for (const decider of DECIDERS) {
    const table = buildTable(parsePrefixes(list.map(formatSlow)).records, decider);
    assert.equal(
      [...table.lookup(records)],
      addresses.map((address) => decideSlow(list, address, decider)),
    );
  }
}

test("lookups match the reference implementation, at every edge of every prefix", () => {
  fc.assert(
    fc.property(prefixes(), (list) => check(list, addressesNear(list))),
    { numRuns: cases(2000) },
  );
});

test("the deepest possible nesting, in both families", () => {
  const list = [
    ...Array.from({ length: 33 }, (_, bits): Prefix => ({ family: "ipv4", address: 0n, bits })),
    ...Array.from({ length: 129 }, (_, bits): Prefix => ({ family: "ipv6", address: 0n, bits })),
    ...Array.from({ length: 33 }, (_, bits): Prefix => {
      return { family: "ipv4", address: ((1n << BigInt(bits)) - 1n) << BigInt(32 - bits), bits };
    }),
    ...Array.from({ length: 129 }, (_, bits): Prefix => {
      return { family: "ipv6", address: ((1n << BigInt(bits)) - 1n) << BigInt(128 - bits), bits };
    }),
  ];
  check(list, addressesNear(list));
  check([...list].reverse(), addressesNear(list));
});

/** Random 32-bit numbers, the same in each run (xorshift, Marsaglia 2003). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Aligned prefixes, and addresses of which most are close to one of them: a prefix's own bits, and some of the other bits.
 * @param words 32-bit words of an address: 1 for IPv4, 4 for IPv6
 */
function crowd(random: () => number, words: number, size: number, count: number) {
  const list = Array.from({ length: size }, () => {
    const bits = random() % (words * 32 + 1);
    // A third of them share their beginning, so that many nest.
    const address = Array.from({ length: words }, (_, i) => (random() % 3 === 0 ? 0x0a000000 + i : random()));
    return { bits, address: address.map((word, i) => (word & mask(bits - 32 * i)) >>> 0) };
  });
  const addresses = new Uint32Array(count * words);
  for (let i = 0; i < count; i++) {
    const near = list[random() % (size + 1)]?.address ?? [];
    const clear = random() & random() & random();
    for (let k = 0; k < words; k++) addresses[i * words + k] = (near[k] ?? random()) ^ (random() & clear);
  }
  return { list, addresses };
}

/** The top `bits` bits of a 32-bit word: none below 0, all above 32. */
const mask = (bits: number) => (bits <= 0 ? 0 : bits >= 32 ? -1 : -1 << (32 - bits));

for (const { family, words } of [
  { family: "ipv4" as const, words: 1 },
  { family: "ipv6" as const, words: 4 },
]) {
  test(`a million random lookups in bulk (${family})`, () => {
    const random = numbers(words);
    for (const size of [1, 2, 12, 64, 300]) {
      const { list, addresses } = crowd(random, words, size, cases(100_000));
      const texts = list.map(({ bits, address }) => {
        const value = address.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
        return formatSlow({ family, address: value, bits });
      });
      for (const decider of DECIDERS) {
        const table = buildTable(parsePrefixes(texts).records, decider);
        const got = family === "ipv4" ? table.lookupIPv4(addresses) : table.lookupIPv6(pairs(addresses));
        const masks = list.map(({ bits }) => Array.from({ length: words }, (_, k) => mask(bits - 32 * k)));
        for (let i = 0; i < got.length; i++) {
          let expected = -1;
          for (let j = 0; j < size; j++) {
            const { bits, address } = list[j] as (typeof list)[number];
            if (expected >= 0 && (decider === "first" || bits <= (list[expected]?.bits ?? 0))) continue;
            let k = 0;
            while (k < words && (((addresses[i * words + k] ?? 0) ^ (address[k] ?? 0)) & (masks[j]?.[k] ?? 0)) === 0)
              k++;
            if (k === words) expected = j;
          }
          if (got[i] !== expected) assert.is(got[i], expected, `${decider} of ${texts.join(" ")}: address ${i}`);
        }
      }
    }
  });
}

/** Four 32-bit words per address, as two 64-bit words. */
function pairs(addresses: Uint32Array): BigUint64Array {
  return BigUint64Array.from({ length: addresses.length / 2 }, (_, i) => {
    return (BigInt(addresses[2 * i] ?? 0) << 32n) | BigInt(addresses[2 * i + 1] ?? 0);
  });
}

test("IPv6 prefixes far below many different /32s, and addresses of which some, all or none are inside them", () => {
  const random = numbers(6);
  // So many that some buckets of the hash table are full.
  const providers = new Set(Array.from({ length: size(20_000, 2_000) }, () => (random() % 0x2000_0000) + 0x2000_0000));
  const list = [...providers].map((top) => ({ top, site: random() >>> 16 }));
  const hex = (word: number) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  const texts = list.flatMap(({ top, site }) => [`${hex(top)}::/32`, `${hex(top)}:${site.toString(16)}::/48`]);
  const table = buildTable(parsePrefixes(texts).records, "longest");
  /** Long runs of one kind, because lookups adapt to what they find. */
  const kinds = ["site", "none", "site", "provider", "mixed"].flatMap((kind) => Array<string>(1500).fill(kind));
  const asked = kinds.map((kind) => {
    const which = kind === "mixed" ? (["site", "provider", "none"][random() % 3] ?? "") : kind;
    const i = random() % list.length;
    const { top, site } = list[i] ?? { top: 0, site: 0 };
    const low = [random(), random()] as const;
    if (which === "site")
      return { words: [top, ((site << 16) | (random() & 0xffff)) >>> 0, ...low], expected: 2 * i + 1 };
    if (which === "provider") return { words: [top, ((site << 16) ^ 0x10000) >>> 0, ...low], expected: 2 * i };
    const free = 0x2000_0000 + (random() % 0x2000_0000);
    return { words: [providers.has(free) ? 0x4000_0000 : free, random(), ...low], expected: -1 };
  });
  const got = table.lookupIPv6(pairs(Uint32Array.from(asked.flatMap(({ words }) => words))));
  assert.equal(
    [...got],
    asked.map(({ expected }) => expected),
  );
});

test("a block of IPv4 addresses does not change how the next IPv6 addresses are looked up", () => {
  const instance = new Instance();
  const { at } = putTable(instance, parsePrefixes(["2001:db8::/48", "2001:db8:1::/48"]).records, "longest");
  // Without the roots (layout in assembly/table.ts), only the hash table finds IPv6 prefixes.
  const header = instance.words(at + 16, 4);
  const [roots = 0, , , count = 0] = header;
  instance.ints(at + roots, count).fill(-1);
  const ipv4 = Array.from({ length: 256 }, (_, i) => `10.0.0.${i}`);
  const ipv6 = Array.from({ length: 256 }, (_, i) => `2001:db8:${i & 1}::${i.toString(16)}`);
  const { records } = parseAddresses([...ipv6, ...ipv4, ...ipv6]);
  const answers = instance.alloc(records.length * 4);
  instance.call.lookupRecords(at, instance.put(records.bytes), 24, records.length, answers);
  const expected = [...ipv6.map((_, i) => i & 1), ...ipv4.map(() => -1), ...ipv6.map((_, i) => i & 1)];
  assert.equal([...instance.ints(answers, records.length)], expected);
});

test("an empty table never matches, and one with the whole space always does", () => {
  const { records } = parseAddresses(["10.0.0.1", "::1", "255.255.255.255", "ffff::"]);
  const empty = buildTable(parsePrefixes([]).records, "first");
  const full = buildTable(parsePrefixes(["0.0.0.0/0", "::/0"]).records, "longest");
  assert.equal([...empty.lookup(records)], [-1, -1, -1, -1]);
  assert.equal([...full.lookup(records)], [0, 1, 0, 1]);
  const invalid = [
    "nonsense",
    "10.0.0.256",
    "10.0.0.1x",
    "::1x",
    "10.0.0.0/33",
    "10.0.0.0/x",
    "10.0.0.0",
    "::/129",
    "",
  ];
  const none = invalid.map(() => -1);
  assert.equal([...full.lookup(parsePrefixes(invalid).records)], none);
  assert.equal([...full.lookup(parseAddresses(invalid.with(6, "x")).records)], none);
});

test("batches that are partly filled, and more than one batch", () => {
  const table = buildTable(parsePrefixes(["128.0.0.0/1"]).records, "first");
  for (const count of [0, 1, 255, 256, 257, 16384, 16385, 40000]) {
    const addresses = Uint32Array.from({ length: count }, (_, i) => i << 31);
    assert.equal(
      [...table.lookupIPv4(addresses)],
      Array.from({ length: count }, (_, i) => (i % 2) - 1),
    );
  }
});

test("a table that does not fit is an error", () => {
  const { bytes } = parsePrefixes(["10.0.0.0/8"]).records;
  // It reserves the space before it reads a record.
  assert.throws(
    () => putTable(new Instance(), { length: 2 ** 28, bytes }, "first"),
    (error: unknown) => error instanceof CoreMemoryError,
  );
});

test.run();
