// Prefixes and addresses: text to records, relations between them, and canonical text.
// This module is browser-compatible.
import { CoreMemoryError, type Instance, packTexts, shared } from "./instance.ts";

export type Family = "ipv4" | "ipv6";

/** Why a text is no prefix: a closed set, in the order of the codes in assembly/parse.ts. */
const PROBLEMS = [
  "none",
  "empty",
  "no-length",
  "bad-character",
  "leading-zero",
  "octet-too-big",
  "too-short",
  "too-long",
  "zone",
  "bad-length",
  "length-too-big",
] as const;
export type PrefixProblem = Exclude<(typeof PROBLEMS)[number], "none">;

/** A text that is a prefix. */
export interface Prefix {
  readonly ok: true;
  readonly family: Family;
  /** Length in bits: 0 to 32, or 0 to 128. */
  readonly bits: number;
  /** The network in canonical text (RFC 5952), host bits cleared: `10.0.0.0/8`. */
  readonly network: string;
  /** Are all host bits zero? */
  readonly aligned: boolean;
  /** Is the length written with leading zeros (`/08`)? */
  readonly padded: boolean;
  /** Is it an IPv4-mapped IPv6 address (`::ffff:10.0.0.0/104`)? */
  readonly mapped: boolean;
}

/** A text that is none: why, and the offset (in UTF-8 bytes) at which reading it stopped. */
export interface NoPrefix {
  readonly ok: false;
  readonly problem: PrefixProblem;
  readonly at: number;
}

/** Bytes of a record, as in assembly/record.ts. */
export const RECORD = 24;
const UNALIGNED = 1;
const PADDED = 2;
const MAPPED = 4;

/** Prefixes as the core holds them, 24 bytes each (layout in assembly/record.ts). Opaque outside this room. */
export interface PrefixRecords {
  readonly length: number;
  readonly bytes: Uint8Array;
}

const tooMany = (count: number) => new CoreMemoryError(`${count} prefixes do not fit`);

function parse(texts: readonly string[], want: 0 | 1): { records: PrefixRecords; read: (Prefix | NoPrefix)[] } {
  const { call } = shared;
  call.reset();
  const packed = packTexts(texts);
  const text = shared.put(packed.bytes);
  const ends = shared.put(packed.ends);
  const out = shared.alloc(texts.length * RECORD);
  call.parsePrefixes(text, ends, texts.length, want, out);
  const read = readRecords(shared, out, texts.length);
  return { records: { length: texts.length, bytes: shared.take(out, texts.length * RECORD) }, read };
}

/** What records say that an instance holds. */
export function readRecords(instance: Instance, records: number, count: number): (Prefix | NoPrefix)[] {
  const networks = formatPrefixes(instance, records, count);
  const view = instance.view(records, count * RECORD);
  return networks.map((network, i): Prefix | NoPrefix => {
    const at = i * RECORD;
    const problem = PROBLEMS[view.getUint8(at + 18)] ?? "none";
    if (problem !== "none") return { ok: false, problem, at: view.getUint32(at + 20, true) };
    const notes = view.getUint8(at + 19);
    return {
      ok: true,
      family: view.getUint8(at + 16) === 4 ? "ipv4" : "ipv6",
      bits: view.getUint8(at + 17),
      network,
      aligned: (notes & UNALIGNED) === 0,
      padded: (notes & PADDED) !== 0,
      mapped: (notes & MAPPED) !== 0,
    };
  });
}

/** Records one behind the other. */
export function joinRecords(...parts: readonly PrefixRecords[]): PrefixRecords {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return { length: at / RECORD, bytes };
}

/** The networks of records that an instance holds, in canonical text; empty for bad ones. */
export function formatPrefixes(instance: Instance, records: number, count: number): string[] {
  const text = instance.alloc(count * 48);
  const ends = instance.alloc(count * 4);
  instance.call.formatPrefixes(records, count, text, ends);
  const stops = instance.takeInts(ends, count);
  const all = instance.takeText(text, stops.at(-1) ?? 0);
  return Array.from(stops, (stop, i) => all.slice(stops[i - 1] ?? 0, stop));
}

/**
 * Reads prefixes (`10.0.0.0/8`, `2001:db8::/32`) exactly as Go's `net.ParseCIDR` does (src/net/ip.go).
 * One call for a whole list; the answers are in its order.
 *
 * @example
 * ```ts
 * parsePrefixes(["10.0.0.1/8"]).read[0]; // { ok: true, network: "10.0.0.0/8", aligned: false, … }
 * ```
 */
export function parsePrefixes(texts: readonly string[]): {
  records: PrefixRecords;
  read: readonly (Prefix | NoPrefix)[];
} {
  return parse(texts, 0);
}

/**
 * Reads addresses without a length; each is the prefix of all its bits. Zones (`%eth0`) are refused, and an IPv4 address
 * that is mapped into IPv6 (`::ffff:10.0.0.1`) counts as IPv4, as in Go's `net.ParseIP`.
 */
export function parseAddresses(texts: readonly string[]): {
  records: PrefixRecords;
  read: readonly (Prefix | NoPrefix)[];
} {
  return parse(texts, 1);
}

/** The canonical text of addresses that are numbers of 32 or 128 bits. */
export function formatAddresses(family: Family, addresses: readonly bigint[]): string[] {
  const bytes = new Uint8Array(addresses.length * RECORD);
  const view = new DataView(bytes.buffer);
  const length = family === "ipv4" ? 32 : 128;
  for (const [i, address] of addresses.entries()) {
    const at = i * RECORD;
    const aligned = address << BigInt(128 - length);
    view.setBigUint64(at, aligned >> 64n, true);
    view.setBigUint64(at + 8, BigInt.asUintN(64, aligned), true);
    view.setUint8(at + 16, family === "ipv4" ? 4 : 6);
    view.setUint8(at + 17, length);
  }
  shared.call.reset();
  const texts = formatPrefixes(shared, shared.put(bytes), addresses.length);
  return texts.map((text) => text.slice(0, text.indexOf("/")));
}

/** The address of a good record as a number of 32 or 128 bits. */
export function addressOf({ bytes }: PrefixRecords, index: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + index * RECORD, RECORD);
  const aligned = (view.getBigUint64(0, true) << 64n) | view.getBigUint64(8, true);
  return view.getUint8(16) === 4 ? aligned >> 96n : aligned;
}

/**
 * For each prefix the index of the longest other one that contains it, or -1. Of equal prefixes the first contains
 * the later ones. All records must be good. O(n).
 */
export function findCovers(records: PrefixRecords): Int32Array {
  shared.call.reset();
  const at = shared.put(records.bytes);
  const out = shared.alloc(records.length * 4);
  if (!shared.call.findCovers(at, records.length, out)) throw tooMany(records.length);
  return shared.takeInts(out, records.length);
}

/**
 * The indexes of the prefixes in order: IPv4 first, then by address, then the shorter first. Stable. O(n).
 */
export function sortPrefixes(records: PrefixRecords): Int32Array {
  shared.call.reset();
  const at = shared.put(records.bytes);
  const out = shared.alloc(records.length * 4);
  if (!shared.call.sortPrefixes(at, records.length, out)) throw tooMany(records.length);
  return shared.takeInts(out, records.length);
}
