// Prefixes and addresses: parses them to records, and formats them.
// This module is browser-compatible.
import { checkAddress, checkIndex, checkList, checkRecords, checkTexts, checkWord } from "./arguments.ts";
import { type Instance, packTexts, shared } from "./instance.ts";
import {
  BITS_AT,
  FAMILY_AT,
  MAPPED,
  NOTES_AT,
  type NoPrefix,
  PADDED,
  PROBLEM_AT,
  PROBLEMS,
  type PrefixRecords,
  RECORD,
  STOP_AT,
  UNALIGNED,
} from "./record.ts";

export type Family = "ipv4" | "ipv6";

export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** The number of bits in an address. */
export const widthOf = (family: Family) => (family === "ipv4" ? 32 : 128);

/** What {@link parseRecords} can parse texts as. */
const FORMS = ["prefix", "address"] as const;

/** A valid prefix. */
export interface Prefix {
  readonly ok: true;
  readonly family: Family;
  /** The length in bits: 0 to 32, or 0 to 128. */
  readonly bits: number;
  /** The network in canonical text (RFC 5952), host bits cleared: `10.0.0.0/8`. */
  readonly network: string;
  /** Whether all host bits are zero. */
  readonly aligned: boolean;
  /** Whether the length has leading zeros (`/08`). */
  readonly padded: boolean;
  /** Whether it is an IPv4-mapped IPv6 address (`::ffff:10.0.0.0/104`). */
  readonly mapped: boolean;
}

function parse(texts: readonly string[], wanted: "prefix" | "address") {
  checkTexts(texts, "the list");
  const { out, records } = putRecords(texts, wanted);
  return { records, read: readRecords(shared, out, texts.length) };
}

/** Parses texts to records without decoding them, which is ten times as fast as {@link parsePrefixes}. */
export function parseRecords(texts: readonly string[], wanted: "prefix" | "address"): PrefixRecords {
  checkTexts(texts, "the list");
  checkWord(wanted, FORMS, "the form");
  return toRecords(texts, wanted);
}

/** The same as {@link parseRecords} for arguments that were checked. */
export function toRecords(texts: readonly string[], wanted: "prefix" | "address"): PrefixRecords {
  return putRecords(texts, wanted).records;
}

function putRecords(texts: readonly string[], wanted: "prefix" | "address"): { out: number; records: PrefixRecords } {
  const { call } = shared;
  call.reset();
  const packed = packTexts(texts);
  const text = shared.put(packed.bytes);
  const ends = shared.put(packed.ends);
  const out = shared.alloc(texts.length * RECORD);
  call.parsePrefixes(text, ends, texts.length, wanted === "prefix" ? 0 : 1, out);
  return { out, records: { length: texts.length, bytes: shared.take(out, texts.length * RECORD) } };
}

/** Decodes the records in an instance. */
export function readRecords(instance: Instance, records: number, count: number): (Prefix | NoPrefix)[] {
  const networks = formatPrefixes(instance, records, count);
  const view = instance.view(records, count * RECORD);
  return networks.map((network, i): Prefix | NoPrefix => {
    const at = i * RECORD;
    const problem = PROBLEMS[view.getUint8(at + PROBLEM_AT)] ?? "none";
    if (problem !== "none") return { ok: false, problem, at: view.getUint32(at + STOP_AT, true) };
    const notes = view.getUint8(at + NOTES_AT);
    return {
      ok: true,
      family: view.getUint8(at + FAMILY_AT) === 4 ? "ipv4" : "ipv6",
      bits: view.getUint8(at + BITS_AT),
      network,
      aligned: (notes & UNALIGNED) === 0,
      padded: (notes & PADDED) !== 0,
      mapped: (notes & MAPPED) !== 0,
    };
  });
}

/** Concatenates records. */
export function joinRecords(...parts: readonly PrefixRecords[]): PrefixRecords {
  for (const [i, part] of parts.entries()) checkRecords(part, `list ${i + 1}`);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return { length: at / RECORD, bytes };
}

/** Formats the networks of records in an instance as canonical text; empty for invalid ones. */
export function formatPrefixes(instance: Instance, records: number, count: number): string[] {
  const text = instance.alloc(count * 48);
  const ends = instance.alloc(count * 4);
  instance.call.formatPrefixes(records, count, text, ends);
  const stops = instance.takeInts(ends, count);
  const all = instance.takeText(text, stops.at(-1) ?? 0);
  return Array.from(stops, (stop, i) => all.slice(stops[i - 1] ?? 0, stop));
}

/**
 * Parses prefixes (`10.0.0.0/8`, `2001:db8::/32`) exactly as Go's `net.ParseCIDR` does (src/net/ip.go).
 * One call parses a whole list; the results are in the same order.
 *
 * @example
 * ```ts
 * const { read } = parsePrefixes(["10.0.0.1/8", "10.0.0.0/33"]);
 * read[0]?.ok && read[0].network; // "10.0.0.0/8"
 * read[1]; // { ok: false, problem: "length-too-big", at: 9 }
 * ```
 */
export function parsePrefixes(texts: readonly string[]): {
  records: PrefixRecords;
  read: readonly (Prefix | NoPrefix)[];
} {
  return parse(texts, "prefix");
}

/**
 * Parses addresses without a length; each is a prefix of full length. Zones (`%eth0`) are rejected, and an IPv4-mapped IPv6
 * address (`::ffff:10.0.0.1`) counts as IPv4, as in Go's `net.ParseIP`.
 */
export function parseAddresses(texts: readonly string[]): {
  records: PrefixRecords;
  read: readonly (Prefix | NoPrefix)[];
} {
  return parse(texts, "address");
}

/** Formats addresses, given as numbers of 32 or 128 bits, as canonical text. */
export function formatAddresses(family: Family, addresses: readonly bigint[]): string[] {
  checkWord(family, FAMILIES, "the family");
  checkList(addresses, "the addresses", "bigints");
  for (let i = 0; i < addresses.length; i++) checkAddress(addresses[i], widthOf(family), `addresses[${i}]`);
  return formatNumbers(family, addresses);
}

/** The same as {@link formatAddresses} for arguments that were checked. */
export function formatNumbers(family: Family, addresses: readonly bigint[]): string[] {
  const bytes = new Uint8Array(addresses.length * RECORD);
  const view = new DataView(bytes.buffer);
  const length = widthOf(family);
  for (const [i, address] of addresses.entries()) {
    const at = i * RECORD;
    const aligned = address << BigInt(128 - length);
    view.setBigUint64(at, aligned >> 64n, true);
    view.setBigUint64(at + 8, BigInt.asUintN(64, aligned), true);
    view.setUint8(at + FAMILY_AT, family === "ipv4" ? 4 : 6);
    view.setUint8(at + BITS_AT, length);
  }
  shared.call.reset();
  const texts = formatPrefixes(shared, shared.put(bytes), addresses.length);
  return texts.map((text) => text.slice(0, text.indexOf("/")));
}

/**
 * The address of a record as a number of 32 or 128 bits, with its host bits if it has any.
 * Throws `RangeError` if there is no such record, or if it is of an invalid text.
 */
export function addressOf(records: PrefixRecords, index: number): bigint {
  checkRecords(records, "the records");
  checkIndex(index, records.length, "the index");
  const { buffer, byteOffset } = records.bytes;
  const view = new DataView(buffer, byteOffset + index * RECORD, RECORD);
  if (view.getUint8(PROBLEM_AT) !== 0) throw new RangeError(`the text at index ${index} is not a CIDR or an address`);
  const aligned = (view.getBigUint64(0, true) << 64n) | view.getBigUint64(8, true);
  return view.getUint8(FAMILY_AT) === 4 ? aligned >> 96n : aligned;
}
