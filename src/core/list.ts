// Reads a plain list of prefixes, one per line, in place, without creating a string for each line.
// This module is browser-compatible.
import { type Aggregate, aggregateAt } from "./aggregate.ts";
import { checkIndex, checkNumbers } from "./arguments.ts";
import { Instance } from "./instance.ts";
import { joinRecords, type Prefix, readRecords } from "./prefix.ts";
import { type PrefixRecords, RECORD } from "./record.ts";

/** A list that was read. It holds its own core, which is freed with it. */
export interface PrefixList {
  /** The number of entries. */
  readonly length: number;
  /** The lines, from 1, of entries that are not a prefix, or are an unaligned, padded or mapped one. */
  readonly flawed: readonly number[];
  /** Whether any entry is an IPv6 prefix. */
  readonly hasIPv6: boolean;
  /** The lines of the IPv6 prefixes. */
  ipv6Lines(): number[];
  /** An entry and its line, from 1. Throws `RangeError` if there is no such entry, or if it is not a prefix. */
  entry(index: number): { readonly prefix: Prefix; readonly line: number };
  /** A copy of all entries as records, followed by `more`. Throws `RangeError` if an entry is flawed. */
  records(more?: PrefixRecords): PrefixRecords;
  /** Computes the smallest list that covers the same addresses. Throws `RangeError` if an entry is flawed. */
  aggregate(): Aggregate;
}

/** The bytes of a list in the core at a time. With several calls, the engine can also switch to faster code between them. */
const PIECE = 1 << 16;

/** Passes a list through the core in pieces; returns the address of its records. */
function readInto(instance: Instance, list: Uint8Array, piece: number): number {
  const { call } = instance;
  call.reset();
  const text = instance.alloc(piece);
  const records = instance.alloc(0);
  call.beginList(records);
  for (let at = 0; at < list.length; ) {
    const part = list.subarray(at, at + piece);
    instance.overwrite(text, part);
    call.release(records);
    instance.alloc((call.entryCount() + (part.length >> 1) + 1) * RECORD);
    const read = call.readList(text, part.length, at + part.length === list.length ? 1 : 0);
    // The line is longer than a piece.
    if (read === 0) return readInto(instance, list, list.length);
    at += read;
  }
  call.release(records);
  instance.alloc(call.entryCount() * RECORD);
  return records;
}

/**
 * Reads UTF-8 text with at most one prefix per line, which may have white space around it. Ignores comments, which begin with
 * `#`. An address without a length is a prefix of full length. O(n), 24 bytes per entry. Throws {@link CoreMemoryError} if it
 * does not fit.
 */
export function readPrefixList(text: Uint8Array): PrefixList {
  checkNumbers(text, Uint8Array, "the text");
  const instance = new Instance();
  const { call } = instance;
  const records = readInto(instance, text, Math.min(PIECE, text.length));
  const length = call.entryCount();
  /** The lines of entries whose record at `at` satisfies `test`. */
  const linesWhere = (test: (all: DataView, at: number) => boolean): number[] => {
    const all = instance.view(records, length * RECORD);
    const lines: number[] = [];
    for (let at = 0; at < all.byteLength; at += RECORD) if (test(all, at)) lines.push(all.getUint32(at + 20, true));
    return lines;
  };
  // Problem and notes.
  const flawed = call.flawedCount() > 0 ? linesWhere((all, at) => all.getUint16(at + 18, true) !== 0) : [];
  const refuseFlawed = () => {
    if (flawed.length > 0)
      throw new RangeError(`the entry on line ${flawed[0]} is flawed; leave it out, or correct it`);
  };
  return {
    length,
    flawed,
    hasIPv6: call.ipv6Count() > 0,
    ipv6Lines: () => linesWhere((all, at) => all.getUint8(at + 16) === 6),
    entry: (index) => {
      checkIndex(index, length, "the index");
      const at = records + index * RECORD;
      const [read] = instance.scratch(() => readRecords(instance, at, 1));
      if (!read?.ok) throw new RangeError(`entry ${index} is not a prefix`);
      return { prefix: read, line: instance.view(at, RECORD).getUint32(20, true) };
    },
    records: (more) => {
      refuseFlawed();
      const own = { length, bytes: instance.bytes(records, length * RECORD) };
      return more === undefined ? joinRecords(own) : joinRecords(own, more);
    },
    aggregate: () => {
      refuseFlawed();
      return aggregateAt(instance, records, length);
    },
  };
}
