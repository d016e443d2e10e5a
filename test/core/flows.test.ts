import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type AddressPlace,
  LineReader,
  type LineReaderOptions,
  parseAddresses,
  parsePrefixes,
} from "../../src/core/index.ts";
import { cases, depth } from "../cases.ts";
import { addressSlow, listsOf, numbersBelow } from "./slow.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Everything that a reader finds in a text that arrives in pieces of `piece` bytes. */
function read(text: string, prefixes: readonly string[], options: LineReaderOptions & { piece?: number } = {}) {
  const reader = new LineReader([{ prefixes: parsePrefixes(prefixes).records }], options);
  const bytes = encoder.encode(text);
  const found = { addresses: [] as string[], indexes: [] as number[], texts: [] as string[], copied: "" };
  for (let at = 0, count = 1; count > 0; at += count) {
    const room = reader.room();
    count = Math.min(room.length, options.piece ?? room.length, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    reader.filled(count);
    for (let batch = reader.next(); batch; batch = reader.next()) {
      for (let i = 0; i < batch.count; i++) {
        found.addresses.push(batch.address(i));
        found.texts.push(batch.text(i));
      }
      found.indexes.push(...(batch.indexes[0] ?? []));
    }
    found.copied += decoder.decode(reader.copied());
  }
  return found;
}

const addressOf = (line: string, place: AddressPlace = "first") => read(line, [], { place }).addresses[0] ?? "";

test("a byte order mark alone is not a line", () => {
  for (const piece of [1, 2, 3, 100]) assert.equal(read("\uFEFF", [], { piece }).texts, []);
  assert.equal(read("\uFEFF\uFEFF", []).indexes, [-1]);
  assert.equal(read("\uFEFF10.0.0.1", []).addresses, ["10.0.0.1"]);
  assert.equal(read("10.0.0.1\n\uFEFF", []).indexes.length, 2);
});

test("the first address of a line, wherever it is", () => {
  const lines: [string, string][] = [
    ["10.0.0.1", "10.0.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["0.0.0.0\r", "0.0.0.0"],
    ["  10.0.0.1  ", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["::", "::"],
    ["1:2:3:4:5:6:7:8 10.0.0.1", "1:2:3:4:5:6:7:8"],
    // Text around it.
    ["src=10.0.0.1 dst=10.0.0.2", "10.0.0.1"],
    ["10.0.0.1:443", "10.0.0.1"],
    ["10.0.0.1: icmp", "10.0.0.1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["to 10.0.0.1, then", "10.0.0.1"],
    ["to 10.0.0.1.", "10.0.0.1"],
    ["from fe80::1: icmp", "fe80::1"],
    ['"10.0.0.1"', "10.0.0.1"],
    ["<10.0.0.1>(10.0.0.2)", "10.0.0.1"],
    ["inet addr:10.0.0.1 Bcast:10.255.255.255", "10.0.0.1"],
    ["tcp:10.0.0.1:53", "10.0.0.1"],
    ["10.0.0.1/8", "10.0.0.1"],
    ["10.0.0.1-10.0.0.9", "10.0.0.1"],
    ["http://10.0.0.1/x", "10.0.0.1"],
    ["fe80::1%eth0", "fe80::1"],
    ["é10.0.0.1é", "10.0.0.1"],
    // An IPv4 address inside an IPv6 address.
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["64:ff9b::10.0.0.1", "64:ff9b::10.0.0.1"],
    // Text that looks like an address.
    ["12:30:45 10.0.0.1", "10.0.0.1"],
    ["2024-01-02T03:04:05Z 10.0.0.1", "10.0.0.1"],
    ["2024-01-02T03:04:05.123456Z 10.0.0.1", "10.0.0.1"],
    ["v1.2.3.4 1.2.3.4.5 1.2.3 10.0.0.1", "10.0.0.1"],
    ["aa:bb:cc:dd:ee:ff 10.0.0.1", "10.0.0.1"],
    ["256.0.0.1 1.2.3.1000 01.2.3.4 1.2.3.04 1..2.3 .1.2.3.4 10.0.0.1", "10.0.0.1"],
    ["std::vector a.b.c.d 1.2.3.x x.1.2.3.4 10.0.0.1", "10.0.0.1"],
    [":::22 1::2::3 12345::1 ::1%  10.0.0.1", "10.0.0.1"],
    ["10.0.0.1%eth0 10.0.0.2", "10.0.0.2"],
    ["", ""],
    [" ", ""],
    ["no address", ""],
    ["1.2.3.4.5", ""],
    ["... : :: . %", "::"],
    ["tcp      6 431999 ESTABLISHED src=10.1.2.3 dst=8.8.8.8 sport=1 dport=443", "10.1.2.3"],
  ];
  for (const [line, address] of lines) {
    assert.is(addressOf(line), address, JSON.stringify(line));
    assert.is(addressOf(`${line}\n10.9.9.9`), address, JSON.stringify(line));
  }
});

test("the address in a field, or after a key", () => {
  const flow = "tcp 6 431999\tESTABLISHED src=10.1.2.3 dst=8.8.8.8 sport=1 src=8.8.8.8 dst=192.0.2.1";
  const places: [string, AddressPlace, string][] = [
    [flow, { field: 5 }, "10.1.2.3"],
    [flow, { field: 6 }, "8.8.8.8"],
    [flow, { field: 1 }, ""],
    [flow, { field: 10 }, ""],
    ["  1.1.1.1  2.2.2.2 \r", { field: 1 }, "1.1.1.1"],
    ["  1.1.1.1  2.2.2.2 \r", { field: 2 }, "2.2.2.2"],
    ["  1.1.1.1  2.2.2.2 \r", { field: 3 }, ""],
    [flow, { key: "dst" }, "8.8.8.8"],
    [flow, { key: "src" }, "10.1.2.3"],
    [flow, { key: "st" }, ""],
    ["orig-dst=1.1.1.1 xdst=2.2.2.2 dst=[2001:db8::1]:443 dst=3.3.3.3", { key: "dst" }, "2001:db8::1"],
    ["dst=", { key: "dst" }, ""],
    ["dst= 1.1.1.1", { key: "dst" }, ""],
    ["x=1,dst=1.1.1.1;", { key: "dst" }, "1.1.1.1"],
    ["st=1.1.1.1", { key: "dst" }, ""],
  ];
  for (const [line, place, address] of places) {
    assert.is(addressOf(line, place), address, `${line} ${JSON.stringify(place)}`);
  }
});

/** Compares all lines in one call, so that hundreds of thousands are cheap. */
function compare(lines: readonly string[]): void {
  const { addresses } = read(lines.join("\n"), []);
  for (const [i, line] of lines.entries()) {
    const expected = addressSlow(line);
    if ((addresses[i] ?? "") !== expected) assert.is(addresses[i], expected, JSON.stringify(line));
  }
}

const PARTS = [..."0123456789:.:.:.%af =[]\r", "255", "256", "::", "10.0.0.1", "1.2.3", "fe80::", "ffff", "00"];

test("half a million random lines, compared with the reference implementation", () => {
  const random = numbersBelow(7);
  const line = () => Array.from({ length: random(14) }, () => PARTS[random(PARTS.length)]).join("");
  compare(Array.from({ length: cases(500_000) }, line));
});

test("every line of a few parts, compared with the reference implementation", () => {
  const parts = ["1", "0", "256", "f", ":", "::", ".", "%", " ", "1.2.3.4", "1.2.3", "1:2:3:4:5:6:7"];
  compare([...listsOf(parts, depth(5))].map((list) => list.join("")));
});

test("every dotted quad of certain shapes is read as the parser of whole addresses reads it", () => {
  const octets = ["", "0", "7", "00", "07", "10", "99", "000", "007", "070", "100", "255", "256", "999", "1000"];
  const lines = octets.flatMap((a) =>
    octets.flatMap((b) => octets.flatMap((c) => octets.map((d) => [a, b, c, d].join(".")))),
  );
  const { read: known, records } = parseAddresses(lines);
  const { addresses, indexes } = read(lines.join("\n"), ["0.0.0.0/1", "128.0.0.0/1"]);
  assert.is(records.length, lines.length);
  for (const [i, line] of lines.entries()) {
    // A dot at the end is a full stop, so the fourth octet may not be empty here.
    if (line.endsWith(".")) continue;
    assert.is(addresses[i], known[i]?.ok ? line : "", line);
    const half = Number(line.split(".")[0]) < 128 ? 0 : 1;
    assert.is(indexes[i], known[i]?.ok ? half : -1, line);
  }
});

test("lines and addresses that are split by the end of a chunk", () => {
  const lines = [
    "10.0.0.1",
    "",
    "a line longer than a chunk, which contains 192.168.255.255",
    "192.168.0.1",
    "x",
    "dst=2001:db8:ffff:ffff:ffff:ffff:ffff:ffff end",
    "10.255.255.255",
    `${"y".repeat(300)} 10.1.2.3 ${"z".repeat(300)}`,
    "8.8.8.8",
  ];
  const prefixes = ["10.0.0.0/8", "2001:db8::/32", "192.168.0.0/16"];
  const wanted = Uint8Array.of(1, 0, 1);
  for (const end of ["", "\n", "\n\n", "\n10.0.0.1"]) {
    for (const newline of ["\n", "\r\n"]) {
      const text = lines.join(newline) + end;
      const whole = read(text, prefixes, { wanted });
      assert.is(whole.texts.join("\n"), text.replaceAll("\r", "").replace(/\n$/, ""));
      const kept = text.match(/[^\n]*\n|[^\n]+$/g)?.filter((line) => /10\.|192\.168/.test(line));
      assert.is(whole.copied, kept?.join(""));
      for (const chunk of [1, 2, 3, 7, 16, 17, 64, 100, 1000]) {
        assert.equal(read(text, prefixes, { wanted, chunk }), whole, `chunks of ${chunk}`);
        assert.equal(read(text, prefixes, { wanted, piece: chunk }), whole, `pieces of ${chunk}`);
      }
    }
  }
});

test("more lines than a batch, and long runs of wanted lines", () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, i) => `${(i >> 6) % 3 === 0 ? 10 : 11}.0.${(i >> 8) & 255}.${i & 255}`,
  );
  const { indexes, copied } = read(`${lines.join("\n")}\n`, ["10.0.0.0/8", "11.0.0.0/8"], {
    wanted: Uint8Array.of(1, 0),
  });
  assert.equal(
    indexes,
    lines.map((line) => (line.startsWith("10.") ? 0 : 1)),
  );
  assert.is(copied, `${lines.filter((line) => line.startsWith("10.")).join("\n")}\n`);
});

test("two lists at once", () => {
  const lists = [["10.0.0.0/8"], ["8.0.0.0/8", "10.1.0.0/16"]].map((texts) => ({
    prefixes: parsePrefixes(texts).records,
  }));
  const reader = new LineReader(lists);
  const text = encoder.encode("10.1.2.3\n8.8.8.8\n::1\nnone\n");
  reader.room().set(text);
  reader.filled(text.length);
  assert.equal(
    reader.next()?.indexes.map((indexes) => [...indexes]),
    [
      [0, -1, -1, -1],
      [1, 0, -1, -1],
    ],
  );
});

test("a gate excludes lines by their source", () => {
  const prefixes = parsePrefixes(["10.0.0.0/8", "0.0.0.0/0", "::/0"]).records;
  // Only 9.0.0.0/8 and fd00::/8 pass, and the gate applies to all but the first entry.
  const sources = parsePrefixes(["9.0.0.0/8", "fd00::/8", "0.0.0.0/0", "::/0"]).records;
  const gate = { applies: Uint8Array.of(0, 1, 1), sources, passes: Uint8Array.of(1, 1, 0, 0) };
  const lines = [
    ["src=9.1.1.1 dst=8.8.8.8", 1],
    ["src=7.1.1.1 dst=8.8.8.8", 3],
    ["src=7.1.1.1 dst=10.8.8.8", 0],
    ["dst=8.8.8.8 src=9.1.1.1", 1],
    ["dst=8.8.8.8", 6],
    ["src=fd00::1 dst=8.8.8.8", 6],
    ["dst=10.8.8.8", 0],
    ["src=fd00::1 dst=2001:db8::1", 2],
    ["src=fe80::1 dst=2001:db8::1", 4],
    ["src=9.1.1.1", -1],
  ] as const;
  const text = encoder.encode(lines.map(([line]) => `${line}\n`).join(""));
  const options = { place: { key: "dst" }, source: { key: "src" } };
  const reader = new LineReader([{ prefixes, gate }], { ...options, wanted: Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 0) });
  reader.room().set(text);
  reader.filled(text.length);
  const indexes = reader.next()?.indexes[0] ?? [];
  assert.equal(
    [...indexes],
    lines.map(([, index]) => index),
  );
  assert.is(decoder.decode(reader.copied()), `${lines[1][0]}\n${lines[8][0]}\n`);
});

test.run();
