// A plain list of prefixes, one a line, read where it lies: no line of it becomes a string.
// This module is browser-compatible.
import { type Aggregate, aggregateAt } from "./aggregate.ts";
import { Instance } from "./instance.ts";
import { joinRecords, type Prefix, readRecords } from "./prefix.ts";
import { type PrefixRecords, RECORD } from "./record.ts";

/** A list that has been read. It holds a core of its own, which goes when the list goes. */
export interface PrefixList {
  /** How many entries it has. */
  readonly length: number;
  /** The lines, from 1, of entries that are no prefix, or one that is unaligned, padded or mapped. */
  readonly flawed: readonly number[];
  /** Is any of them an IPv6 prefix? */
  readonly hasIPv6: boolean;
  /** The lines of those that are. */
  ipv6Lines(): number[];
  /** An entry and its line, from 1. Throws if it is no prefix. */
  entry(index: number): { readonly prefix: Prefix; readonly line: number };
  /** A copy of all entries, as a table takes them, and behind them of what is given. Nothing may be flawed. */
  records(more?: PrefixRecords): PrefixRecords;
  /** The smallest list that covers the same addresses. Nothing may be flawed. */
  aggregate(): Aggregate;
}

/** Bytes of a list that the core holds at a time. A call for each also lets the engine put faster code into the next. */
const PIECE = 1 << 16;

/** Passes a list through the core, in pieces; returns where its records are. */
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
    // A line that no piece holds.
    if (read === 0) return readInto(instance, list, list.length);
    at += read;
  }
  call.release(records);
  instance.alloc(call.entryCount() * RECORD);
  return records;
}

/**
 * Reads UTF-8 text of lines, each a prefix with white space around it or nothing; what follows a `#` does not count. An
 * address without a length is the prefix of all its bits. O(n), 24 bytes an entry. Throws {@link CoreMemoryError} if
 * it does not fit.
 */
export function readPrefixList(text: Uint8Array): PrefixList {
  const instance = new Instance();
  const { call } = instance;
  const records = readInto(instance, text, Math.min(PIECE, text.length));
  const length = call.entryCount();
  /** The lines of entries whose record `is` so, at its place in all of them. */
  const linesWhere = (is: (all: DataView, at: number) => boolean): number[] => {
    const all = instance.view(records, length * RECORD);
    const lines: number[] = [];
    for (let at = 0; at < all.byteLength; at += RECORD) if (is(all, at)) lines.push(all.getUint32(at + 20, true));
    return lines;
  };
  return {
    length,
    // Problem and notes.
    flawed: call.flawedCount() > 0 ? linesWhere((all, at) => all.getUint16(at + 18, true) !== 0) : [],
    hasIPv6: call.ipv6Count() > 0,
    ipv6Lines: () => linesWhere((all, at) => all.getUint8(at + 16) === 6),
    entry: (index) => {
      const at = records + index * RECORD;
      const [read] = instance.scratch(() => readRecords(instance, at, 1));
      if (!read?.ok) throw new RangeError(`entry ${index} is no prefix`);
      return { prefix: read, line: instance.view(at, RECORD).getUint32(20, true) };
    },
    records: (more) =>
      joinRecords({ length, bytes: instance.bytes(records, length * RECORD) }, ...(more ? [more] : [])),
    aggregate: () => aggregateAt(instance, records, length),
  };
}
