// Every function of the library refuses every wrong argument with an error that says what it must be.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as core from "../../src/core/index.ts";

const { aggregate, buildTable, LineReader, parsePrefixes, PrefixTable, readPrefixList, segmentsOf } = core;

const bytes = (text: string) => new TextEncoder().encode(text);
const { records } = parsePrefixes(["10.0.0.0/8", "10.1.0.0/16"]);
const invalid = parsePrefixes(["10.0.0.0/33"]).records;
const unaligned = parsePrefixes(["10.0.0.1/8"]).records;
const cut = { length: 2, bytes: records.bytes.subarray(24) };
const ipv4 = segmentsOf(records, "ipv4", "longest");
const ipv6 = segmentsOf(records, "ipv6", "longest");
const classes = { before: new Int32Array(3), after: new Int32Array(3) };
const few = new Int32Array(2);
const smallest = aggregate(records);
const table = buildTable(records, "longest");
const list = readPrefixList(bytes("10.0.0.0/8\n10.1.0.0/16\n"));
const flawed = readPrefixList(bytes("10.0.0.0/8\n10.0.0.1/8\n"));
const texts = new PrefixTable(["10.0.0.0/8"]);
const gate = { applies: new Uint8Array(2), sources: records, passes: new Uint8Array(2) };
const reader = new LineReader([{ prefixes: records }]);
const line = bytes("10.1.2.3\n");
reader.room().set(line);
reader.filled(line.length);
const batch = reader.next() as core.LineBatch;

/** A function, arguments that it accepts, and for each of them others that it refuses and what the error says. */
interface Row {
  readonly call: (...args: never[]) => unknown;
  readonly good: readonly unknown[];
  readonly bad?: readonly (readonly [at: number, value: unknown, message: RegExp])[];
  /** The first argument that may be omitted. */
  readonly optional?: number;
}

const NO_CIDR = /is not a CIDR or an address/;
const NOT_PREFIXES: Row["bad"] = [
  [0, ["10.0.0.0/8"], /must be the records that parsePrefixes returns; it is an array$/],
  [0, invalid, /the text at index 0 is not a CIDR: the length exceeds/],
  [0, unaligned, /10\.0\.0\.1\/8 at index 0 is not aligned/],
  [0, cut, /must have 24 bytes for each prefix; it has 24 for 2$/],
];
const at = (position: number, rows: Row["bad"]): NonNullable<Row["bad"]> =>
  (rows ?? []).map(([, value, message]) => [position, value, message] as const);
const NOT_TEXTS: Row["bad"] = [
  [0, "10.0.0.0/8", /must be an array of strings; it is a value of type string$/],
  [0, [1], /\[0\] must be a string; it is a value of type number$/],
];
const NOT_FAMILY: Row["bad"] = [[0, "x", /^the family must be one of ipv4, ipv6; it is "x"$/]];
const NOT_DECIDER: Row["bad"] = [[0, "last", /^the decider must be one of first, longest; it is "last"$/]];
const NOT_INDEX: Row["bad"] = [
  [0, -1, /must be an index below \d+; it is -1$/],
  [0, 9, /must be an index below \d+; it is 9$/],
  [0, 0.5, /; it is 0\.5$/],
  [0, Number.NaN, /; it is NaN$/],
];
const NOT_ADDRESS: Row["bad"] = [
  [0, 1, /must be a bigint; it is a value of type number$/],
  [0, -1n, /must fit in 32 bits; it is -1$/],
  [0, 1n << 32n, /must fit in 32 bits; it is 4294967296$/],
];
const NOT_CLASSES: Row["bad"] = [
  [0, { before: classes.before }, /^classes\.after must be an Int32Array; it is undefined$/],
  [0, { before: few, after: classes.after }, /^classes\.before has 2 elements; it needs 3$/],
  [0, { before: classes.before, after: few }, /^classes\.after has 2 elements; it needs 3$/],
];
const NOT_SEGMENTS: Row["bad"] = [
  [0, records, /must be those that segmentsOf returns/],
  [0, { ...ipv4 }, /must be those that segmentsOf returns/],
  [0, ipv6, /^the segments must be of one family; they are of /],
];
const NOT_BYTES: Row["bad"] = [[0, "10.0.0.0/8\n", /must be a Uint8Array; it is a value of type string$/]];
const NOT_PLACE: Row["bad"] = [
  [0, "last", /^\w+ must be one of first, only; it is "last"$/],
  [0, {}, /^\w+\.key must be a string; it is undefined$/],
  [0, { key: 1 }, /^\w+\.key must be a string/],
  [0, { path: ["a"] }, /^\w+\.path must be a string; it is an array$/],
  [0, { field: 0 }, /^\w+\.field must be an integer, at least 1 and at most \d+; it is 0$/],
  [0, { field: "1" }, /^\w+\.field must be an integer/],
  [0, { field: 1, of: -1 }, /^\w+\.of must be an integer/],
  [0, { field: 1, separator: ":" }, /^\w+\.separator must be one of/],
];
const NOT_PLACES = NOT_PLACE.flatMap(([, value, message]) => [
  [0, { place: value }, message] as const,
  [0, { source: value }, message] as const,
]);
const NOT_TABLES: Row["bad"] = [
  [0, {}, /^the tables must be an array of objects with prefixes; it is /],
  [0, [undefined], /^tables\[0\] must be an object with prefixes; it is undefined$/],
  ...at(0, NOT_PREFIXES).map(([, prefixes, message]) => [0, [{ prefixes }], message] as const),
  ...at(0, NOT_PREFIXES).map(
    ([, sources, message]) => [0, [{ prefixes: records, gate: { ...gate, sources } }], message] as const,
  ),
  [0, [{ prefixes: records, gate: 1 }], /^tables\[0\]\.gate must be an object/],
  [
    0,
    [{ prefixes: records, gate: { ...gate, applies: new Uint8Array(1) } }],
    /\.gate\.applies has 1 elements; it needs 2/,
  ],
  [
    0,
    [{ prefixes: records, gate: { ...gate, passes: [1, 1] } }],
    /\.gate\.passes must be a Uint8Array; it is an array$/,
  ],
];

const FUNCTIONS: Readonly<Record<string, Row>> = {
  addressOf: {
    call: core.addressOf,
    good: [records, 0],
    bad: [
      [0, [], /must be the records/],
      [0, cut, /must have 24 bytes/],
      [0, invalid, /^the text at index 0 is not a CIDR or an address$/],
      ...at(1, NOT_INDEX),
    ],
  },
  aggregate: { call: core.aggregate, good: [records], bad: NOT_PREFIXES },
  buildTable: { call: core.buildTable, good: [records, "first"], bad: [...NOT_PREFIXES, ...at(1, NOT_DECIDER)] },
  changesOf: {
    call: core.changesOf,
    good: [smallest, 1],
    bad: [
      [0, records, /^the aggregate's parts must be an Int32Array/],
      [1, -1, /^the limit must be an integer, at least 0; it is -1$/],
      [1, Number.NaN, /^the limit must be an integer, at least 0; it is NaN$/],
    ],
    optional: 1,
  },
  contains: {
    call: core.contains,
    good: ["10.0.0.0/8", "10.1.2.3"],
    bad: [
      [0, "x", NO_CIDR],
      [1, "x", NO_CIDR],
    ],
  },
  countChanges: {
    call: core.countChanges,
    good: [smallest],
    bad: [[0, { parts: few }, /^the aggregate's fates must/]],
  },
  countInSteps: {
    call: core.countInSteps,
    good: [1, () => 0],
    bad: [
      [0, -1, /^the count must be an integer, at least 0; it is -1$/],
      [1, 1, /^the visitor must be a function/],
    ],
  },
  diffLines: { call: core.diffLines, good: [["a"], ["b"]], bad: [...at(0, NOT_TEXTS), ...at(1, NOT_TEXTS)] },
  diffLinesInSteps: {
    call: core.diffLinesInSteps,
    good: [["a"], ["b"]],
    bad: [...at(0, NOT_TEXTS), ...at(1, NOT_TEXTS)],
  },
  diffPrefixes: {
    call: core.diffPrefixes,
    good: [records, records, "ipv4", classes],
    bad: [...NOT_PREFIXES, ...at(1, NOT_PREFIXES), ...at(2, NOT_FAMILY), ...at(3, NOT_CLASSES)],
  },
  diffSegments: {
    call: core.diffSegments,
    good: [ipv4, ipv4, classes],
    bad: [...NOT_SEGMENTS, ...at(1, NOT_SEGMENTS), ...at(2, NOT_CLASSES)],
  },
  eachInSteps: {
    call: core.eachInSteps,
    good: [["a"], () => 0],
    bad: [
      [0, "a", /^the list must be an array of entries/],
      [1, 1, /^the visitor must be a function/],
    ],
  },
  findCovers: { call: core.findCovers, good: [records], bad: NOT_PREFIXES },
  finish: {
    call: core.finish,
    good: [core.countInSteps(1, () => 0)],
    bad: [[0, [], /^the steps' next must be a function; it is undefined$/]],
  },
  formatAddresses: {
    call: core.formatAddresses,
    good: ["ipv4", [1n]],
    bad: [
      ...NOT_FAMILY,
      [1, 1n, /^the addresses must be an array of bigints/],
      ...at(1, NOT_ADDRESS).map(([, address, message]) => [1, [address], message] as const),
    ],
  },
  formatAddressRange: {
    call: core.formatAddressRange,
    good: [{ first: "10.0.0.1", last: "10.0.0.2" }],
    bad: [[0, { first: "10.0.0.1" }, /^last must be a string, .*; it is undefined$/]],
  },
  formatIntervals: {
    call: core.formatIntervals,
    good: ["ipv4", [{ first: 1n, last: 2n }]],
    bad: [
      ...NOT_FAMILY,
      [1, { first: 1n, last: 2n }, /^the intervals must be an array of intervals/],
      [1, [null], /^intervals\[0\] must be an object with first and last; it is null$/],
      [1, [{ first: 2n, last: 1n }], /^intervals\[0\]\.first must not be greater than intervals\[0\]\.last$/],
      ...at(1, NOT_ADDRESS).map(([, last, message]) => [1, [{ first: 0n, last }], message] as const),
    ],
  },
  formatRange: {
    call: core.formatRange,
    good: ["ipv4", 1n, 2n],
    bad: [
      ...NOT_FAMILY,
      ...at(1, NOT_ADDRESS),
      ...at(2, NOT_ADDRESS),
      [1, 3n, /^first must not be greater than last$/],
    ],
  },
  joinRecords: {
    call: core.joinRecords,
    good: [records, records],
    bad: [
      [0, ["x"], /^list 1 must be the records/],
      [1, cut, /^list 2 /],
    ],
  },
  LineReader: {
    call: (...args: ConstructorParameters<typeof LineReader>) => new LineReader(...args),
    good: [[{ prefixes: records, gate }], { wanted: new Uint8Array(6), chunk: 64 }],
    bad: [
      ...NOT_TABLES,
      ...at(1, NOT_PLACES),
      [1, { wanted: new Uint8Array(5) }, /^wanted has 5 elements; it needs 6$/],
      [1, { wanted: [1] }, /^wanted must be a Uint8Array; it is an array$/],
      [1, { chunk: 0 }, /^chunk must be an integer, at least 1; it is 0$/],
      [1, { chunk: "64" }, /^chunk must be an integer/],
    ],
    optional: 1,
  },
  merge: { call: core.merge, good: [["10.0.0.0/8"]], bad: [...at(0, NOT_TEXTS), [0, ["x"], NO_CIDR]] },
  overlaps: {
    call: core.overlaps,
    good: ["10.0.0.0/8", "10.1.2.3"],
    bad: [
      [0, "x", NO_CIDR],
      [1, "x", NO_CIDR],
    ],
  },
  parseAddresses: { call: core.parseAddresses, good: [["10.1.2.3"]], bad: NOT_TEXTS },
  parsePrefixes: { call: core.parsePrefixes, good: [["10.0.0.0/8"]], bad: NOT_TEXTS },
  parseRecords: {
    call: core.parseRecords,
    good: [["10.0.0.0/8"], "prefix"],
    bad: [...at(0, NOT_TEXTS), [1, "cidr", /^the form must be one of prefix, address; it is "cidr"$/]],
  },
  PrefixTable: {
    call: (...args: ConstructorParameters<typeof PrefixTable>) => new PrefixTable(...args),
    good: [["10.0.0.0/8"], "first"],
    bad: [...at(0, NOT_TEXTS), [0, ["x"], NO_CIDR], ...at(1, NOT_DECIDER)],
    optional: 1,
  },
  rangeToPrefixes: {
    call: core.rangeToPrefixes,
    good: ["ipv4", 1n, 2n],
    bad: [
      ...NOT_FAMILY,
      ...at(1, NOT_ADDRESS),
      ...at(2, NOT_ADDRESS),
      [1, 3n, /^first must not be greater than last$/],
    ],
  },
  readPrefixList: { call: core.readPrefixList, good: [bytes("10.0.0.0/8")], bad: NOT_BYTES },
  scanRules: {
    call: core.scanRules,
    good: [bytes("*nat"), "X"],
    bad: [...at(0, NOT_BYTES), [1, 1, /^the chain must be a string/]],
  },
  scanRulesInSteps: {
    call: core.scanRulesInSteps,
    good: [bytes("*nat"), "X"],
    bad: [...at(0, NOT_BYTES), [1, 1, /^the chain must be a string/]],
  },
  segmentsOf: {
    call: core.segmentsOf,
    good: [records, "ipv4", "first"],
    bad: [...NOT_PREFIXES, ...at(1, NOT_FAMILY), ...at(2, NOT_DECIDER)],
  },
  sortPrefixes: { call: core.sortPrefixes, good: [records], bad: NOT_PREFIXES },
  subtract: {
    call: core.subtract,
    good: [["10.0.0.0/8"], ["10.0.0.0/9"]],
    bad: [...at(0, NOT_TEXTS), ...at(1, NOT_TEXTS), [0, ["x"], NO_CIDR], [1, ["x"], NO_CIDR]],
  },
};

/** Objects that functions return, and the methods of each. */
const OBJECTS: Readonly<Record<string, object>> = {
  Aggregate: smallest,
  LineBatch: batch,
  LineReader: reader,
  LookupTable: table,
  PrefixList: list,
  PrefixTable: texts,
  Segments: ipv4,
};

const METHODS: Readonly<Record<string, Row>> = {
  "Aggregate.network": { call: smallest.network, good: [0], bad: NOT_INDEX },
  "LineBatch.address": { call: batch.address, good: [0], bad: NOT_INDEX },
  "LineBatch.text": { call: batch.text, good: [0], bad: NOT_INDEX },
  "LineReader.begin": {
    call: (places: never) => reader.begin(places),
    good: [{ place: { field: 1 }, source: { key: "src" } }],
    bad: NOT_PLACES,
    optional: 0,
  },
  "LineReader.copied": { call: () => reader.copied(), good: [] },
  "LineReader.filled": {
    call: (count: never) => reader.filled(count),
    good: [1],
    bad: [
      [0, -1, /^the count must be an integer, at least 0 and at most \d+; it is -1$/],
      [0, (1 << 18) + 1, /^the count must be an integer, at least 0 and at most \d+; it is 262145$/],
    ],
  },
  "LineReader.next": { call: () => reader.next(), good: [] },
  "LineReader.room": { call: () => reader.room(), good: [] },
  "LookupTable.lookup": {
    call: table.lookup,
    good: [records],
    bad: [
      [0, ["10.1.2.3"], /^the addresses must be the records that parseAddresses returns/],
      [0, cut, /must have 24 bytes/],
    ],
  },
  "LookupTable.lookupIPv4": {
    call: table.lookupIPv4,
    good: [new Uint32Array(2), new Int32Array(2)],
    bad: [
      [0, [1], /^the addresses must be a Uint32Array/],
      [1, new Int32Array(1), /^answers has 1 elements; it needs 2$/],
    ],
    optional: 1,
  },
  "LookupTable.lookupIPv6": {
    call: table.lookupIPv6,
    good: [new BigUint64Array(2), new Int32Array(1)],
    bad: [
      [0, new BigUint64Array(3), /^the addresses must have 2 numbers for each address$/],
      [1, new Int32Array(0), /^answers has 0 elements; it needs 1$/],
    ],
    optional: 1,
  },
  "PrefixList.aggregate": { call: list.aggregate, good: [] },
  "PrefixList.entry": { call: list.entry, good: [0], bad: NOT_INDEX },
  "PrefixList.ipv6Lines": { call: list.ipv6Lines, good: [] },
  "PrefixList.records": {
    call: list.records,
    good: [records],
    bad: [
      [0, [], /must be the records/],
      [0, cut, /must have 24 bytes/],
    ],
    optional: 0,
  },
  "PrefixTable.has": {
    call: (address: never) => texts.has(address),
    good: ["10.1.2.3"],
    bad: [[0, "x", /is not an address/]],
  },
  "PrefixTable.match": {
    call: (address: never) => texts.match(address),
    good: ["10.1.2.3"],
    bad: [[0, "10.0.0.0/8", /is not an address/]],
  },
  "Segments.first": { call: ipv4.first, good: [0], bad: NOT_INDEX },
  "Segments.last": { call: ipv4.last, good: [0], bad: NOT_INDEX },
};

const ROWS = { ...FUNCTIONS, ...METHODS };

/** Values that no function accepts in any place. */
const NEVER = [null, Symbol("x"), true, () => 0];

/** The error that a call throws; functions in steps throw before the first step. */
function errorFrom({ call }: Row, args: readonly unknown[]): unknown {
  try {
    call(...(args as never[]));
  } catch (error) {
    return error;
  }
  return undefined;
}

for (const [name, row] of Object.entries(ROWS)) {
  const { good, bad = [], optional = good.length } = row;
  test(`${name} refuses wrong arguments`, () => {
    assert.is(errorFrom(row, good), undefined);
    assert.is(errorFrom(row, good.slice(0, optional)), undefined);
    for (const [place] of good.entries()) {
      const isFunction = typeof good[place] === "function";
      const never = [...NEVER.slice(0, isFunction ? -1 : undefined), ...(place < optional ? [undefined] : [])];
      assert.ok(bad.some(([at]) => at === place) || isFunction, `no wrong values of argument ${place}`);
      for (const value of never) {
        const error = errorFrom(row, good.with(place, value)) as Error;
        assert.ok(error instanceof TypeError || error instanceof RangeError, `argument ${place}: ${String(value)}`);
        assert.match(error.message, / must /);
      }
    }
    for (const [place, value, message] of bad) {
      const error = errorFrom(row, good.with(place, value)) as Error;
      assert.ok(error instanceof Error, `argument ${place}: ${message}`);
      assert.match(error.message, message);
      const isOurs =
        error instanceof TypeError || error instanceof RangeError || error instanceof core.InvalidCidrError;
      assert.ok(isOurs, error.name);
    }
  });
}

test("every exported function and every method has its rows", () => {
  const errors = ["CoreMemoryError", "InvalidCidrError"];
  const functions = Object.entries(core).filter(([, value]) => typeof value === "function");
  assert.equal(
    Object.keys(FUNCTIONS).sort(),
    functions
      .map(([name]) => name)
      .filter((name) => !errors.includes(name))
      .sort(),
  );
  const methods = Object.entries(OBJECTS).flatMap(([type, object]) =>
    [...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))]
      .filter((name) => !(name in {}) && typeof Reflect.get(object, name) === "function")
      .map((name) => `${type}.${name}`),
  );
  assert.equal(Object.keys(METHODS).sort(), methods.sort());
});

test("a list with a flawed entry has neither records nor a smallest list", () => {
  for (const use of [() => flawed.records(), () => flawed.aggregate()]) {
    assert.throws(use, /^the entry on line 2 is flawed; leave it out, or correct it$/);
  }
});

test.run();
