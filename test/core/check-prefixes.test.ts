import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  aggregate,
  buildTable,
  diffPrefixes,
  findCovers,
  LineReader,
  type PrefixRecords,
  parseAddresses,
  parsePrefixes,
  parseRecords,
  segmentsOf,
  sortPrefixes,
} from "../../src/core/index.ts";
import { cases } from "../cases.ts";
import { formatSlow, prefixes } from "./slow.ts";

const EMPTY = parseRecords([], "prefix");
const CLASSES = { before: new Int32Array(8), after: new Int32Array(8) };
const gateOf = (sources: PrefixRecords) => ({ applies: new Uint8Array(8), sources, passes: new Uint8Array(8) });

/** Every function that uses records as prefixes. */
const USES: Readonly<Record<string, (records: PrefixRecords) => unknown>> = {
  aggregate,
  "buildTable, first": (records) => buildTable(records, "first"),
  "buildTable, longest": (records) => buildTable(records, "longest"),
  "diffPrefixes, before": (records) => diffPrefixes(records, EMPTY, "ipv4", CLASSES),
  "diffPrefixes, after": (records) => diffPrefixes(EMPTY, records, "ipv6", CLASSES),
  findCovers,
  "LineReader, prefixes": (prefixes) => new LineReader([{ prefixes }]),
  "LineReader, sources": (records) => new LineReader([{ prefixes: EMPTY, gate: gateOf(records) }]),
  "segmentsOf, ipv4": (records) => segmentsOf(records, "ipv4", "first"),
  "segmentsOf, ipv6": (records) => segmentsOf(records, "ipv6", "longest"),
  sortPrefixes,
};

/** The records of texts, with the bytes at some offsets replaced. */
function damaged(texts: readonly string[], bytes: Readonly<Record<number, number>>): PrefixRecords {
  const records = parseRecords(texts, "prefix");
  for (const [at, byte] of Object.entries(bytes)) records.bytes[Number(at)] = byte;
  return records;
}

const REFUSED: readonly (readonly [what: string, records: PrefixRecords, message: RegExp])[] = [
  [
    "an invalid text",
    parseRecords(["10.0.0.0/8", "oops"], "prefix"),
    /: the text at index 1 is not a CIDR: it has an unexpected character; leave out those for which read\[i\]\.ok is false$/,
  ],
  [
    "an address among prefixes",
    parseRecords(["10.0.0.0"], "prefix"),
    /: the text at index 0 .*: the length is missing;/,
  ],
  [
    "IPv4 host bits",
    parseRecords(["10.200.0.1/8"], "prefix"),
    /: 10\.200\.0\.1\/8 at index 0 is not aligned: host bits are set beyond the \/8 prefix; write 10\.0\.0\.0\/8$/,
  ],
  [
    "IPv4 host bits of /0",
    parseRecords(["0.0.0.1/0"], "prefix"),
    /: 0\.0\.0\.1\/0 at index 0 .*; write 0\.0\.0\.0\/0$/,
  ],
  [
    "IPv4 host bits of /31",
    parseRecords(["10.0.0.1/31"], "prefix"),
    /: 10\.0\.0\.1\/31 at index 0 .*; write 10\.0\.0\.0\/31$/,
  ],
  [
    "IPv6 host bits",
    parseRecords(["2001:db8::1/32"], "prefix"),
    /: 2001:db8::1\/32 at index 0 .*; write 2001:db8::\/32$/,
  ],
  ["IPv6 host bits of /0", parseRecords(["8000::/0"], "prefix"), /: 8000::\/0 at index 0 .*; write ::\/0$/],
  ["IPv6 host bits of /64", parseRecords(["::1/64"], "prefix"), /: ::1\/64 at index 0 .*; write ::\/64$/],
  ["IPv6 host bits of /65", parseRecords(["0:0:0:0:4000::/65"], "prefix"), /\/65 at index 0 .*; write ::\/65$/],
  ["IPv6 host bits of /127", parseRecords(["::1/127"], "prefix"), /: ::1\/127 at index 0 .*; write ::\/127$/],
  ["another family", damaged(["10.0.0.0/8"], { 16: 5 }), /: the record at index 0 is not from parsePrefixes$/],
  ["too many bits of IPv4", damaged(["10.0.0.0/8"], { 17: 33 }), /: the record at index 0 is not from/],
  ["too many bits of IPv6", damaged(["::/8"], { 17: 129 }), /: the record at index 0 is not from/],
  ["an unknown problem", damaged(["::/8"], { 18: 99 }), /: the record at index 0 is not from/],
  ["a record of zeros", { length: 1, bytes: new Uint8Array(24) }, /: the record at index 0 is not from/],
  [
    "a length that is too great",
    { length: 2 ** 26, bytes: parseRecords(["10.0.0.0/8"], "prefix").bytes },
    / must have 24 bytes for each prefix; it has 24 for 67108864$/,
  ],
  [
    "a length that is too small",
    { length: 0, bytes: parseRecords(["10.0.0.0/8"], "prefix").bytes },
    /; it has 24 for 0$/,
  ],
  ["half a record", { length: 0.5, bytes: new Uint8Array(12) }, /; it has 12 for 0\.5$/],
];

for (const [what, records, message] of REFUSED) {
  test(`records that are refused: ${what}`, () => {
    for (const [name, use] of Object.entries(USES)) {
      assert.throws(
        () => use(records),
        (error: unknown) => error instanceof RangeError && message.test(error.message),
        name,
      );
    }
  });
}

test("one bad record among thousands is found, wherever it is", () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  for (const index of [0, 1, 2047, 2048, 4095, 4096, 4999]) {
    const records = parseRecords(texts.with(index, "oops"), "prefix");
    assert.throws(() => buildTable(records, "longest"), new RegExp(`the text at index ${index} is not a CIDR`));
  }
});

test("every aligned prefix is accepted, also in a part of a buffer", () => {
  fc.assert(
    fc.property(prefixes(), (list) => {
      const { records } = parsePrefixes(list.map(formatSlow));
      const moved = new Uint8Array(records.bytes.length + 3).subarray(3);
      moved.set(records.bytes);
      for (const use of Object.values(USES).slice(0, 3)) use({ length: records.length, bytes: moved });
    }),
    { numRuns: cases(300) },
  );
  const widths = [32, 128].flatMap((width) => Array.from({ length: width + 1 }, (_, bits) => ({ width, bits })));
  const texts = widths.map(({ width, bits }) => `${width === 32 ? "0.0.0.0" : "::"}/${bits}`);
  assert.is(sortPrefixes(parseRecords(texts, "prefix")).length, 33 + 129);
});

test("addresses are prefixes of full length", () => {
  const { records } = parseAddresses(["10.1.2.3", "ffff::1"]);
  assert.equal([...buildTable(records, "first").lookup(records)], [0, 1]);
});

test.run();
