import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildTable, parseAddresses, parsePrefixes } from "../../src/core/index.ts";
import { addressesNear, contains, formatAddress, formatSlow, type Prefix, prefixes } from "./slow.ts";

function check(list: readonly Prefix[], addresses: readonly Prefix[]): void {
  const table = buildTable(parsePrefixes(list.map(formatSlow)).records);
  const { records } = parseAddresses(addresses.map(formatAddress));
  const first = addresses.map((address) => list.findIndex((prefix) => contains(prefix, address)));
  const longest = addresses.map((address) => {
    const bits = Math.max(...list.filter((prefix) => contains(prefix, address)).map((prefix) => prefix.bits));
    return list.findIndex((prefix) => prefix.bits === bits && contains(prefix, address));
  });
  assert.equal([...table.first(records)], first);
  assert.equal([...table.longest(records)], longest);
}

test("lookups equal the slow twin's, at every edge of every prefix", () => {
  fc.assert(
    fc.property(prefixes(), (list) => check(list, addressesNear(list))),
    { numRuns: 3000 },
  );
});

test("nesting as deep as it goes, in both families", () => {
  const list = [
    ...Array.from({ length: 33 }, (_, bits): Prefix => ({ family: "ipv4", address: 0n, bits })),
    ...Array.from({ length: 129 }, (_, bits): Prefix => ({ family: "ipv6", address: 0n, bits })),
    ...Array.from({ length: 33 }, (_, bits): Prefix => {
      return { family: "ipv4", address: ((1n << BigInt(bits)) - 1n) << BigInt(32 - bits), bits };
    }),
  ];
  check(list, addressesNear(list));
  check([...list].reverse(), addressesNear(list));
});

test("an empty table answers nothing, and tables do not disturb each other", () => {
  const { records } = parseAddresses(["10.0.0.1", "::1"]);
  const empty = buildTable(parsePrefixes([]).records);
  const full = buildTable(parsePrefixes(["0.0.0.0/0", "::/0"]).records);
  assert.equal([...empty.longest(records)], [-1, -1]);
  assert.equal([...full.longest(records)], [0, 1]);
  assert.equal([...empty.first(records)], [-1, -1]);
});

test.run();
