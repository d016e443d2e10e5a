// A plain list of prefixes, one a line, read where it lies: no line of it becomes a string.
// This module is browser-compatible.
import { type Aggregate, aggregateAt } from "./aggregate.ts";
import { Instance } from "./instance.ts";
import { formatPrefixes, RECORD } from "./prefix.ts";

/** A list that has been read. It holds a core of its own, which goes when the list goes. */
export interface PrefixList {
  /** How many entries it has. */
  readonly length: number;
  /** The lines, from 1, of entries that are no prefix, or one that is unaligned, padded or mapped. */
  readonly flawed: readonly number[];
  /** An entry in canonical text, and its line, from 1. */
  entry(index: number): { readonly network: string; readonly line: number };
  /** The smallest list that covers the same addresses. Nothing may be flawed. */
  aggregate(): Aggregate;
}

/** Bytes of a list that the core holds at a time. A call for each also lets the engine put faster code into the next. */
const PIECE = 1 << 16;

/** Passes a list through the core, in pieces; answers where its records are. */
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
    const read = call.readLines(text, part.length, at + part.length === list.length ? 1 : 0);
    // A line that no piece holds.
    if (read === 0) return readInto(instance, list, list.length);
    at += read;
  }
  call.release(records);
  instance.alloc(call.entryCount() * RECORD);
  return records;
}

/**
 * Reads UTF-8 text of lines, each a prefix with white space around it or nothing; what follows a `#` does not count.
 * O(n), 24 bytes an entry. Throws {@link CoreMemoryError} where it does not fit.
 */
export function readPrefixList(text: Uint8Array): PrefixList {
  const instance = new Instance();
  const { call } = instance;
  const records = readInto(instance, text, Math.min(PIECE, text.length));
  const length = call.entryCount();
  const lineOf = (index: number) => instance.view(records + index * RECORD, RECORD).getUint32(20, true);
  const flawed: number[] = [];
  if (call.flawedCount() > 0) {
    const all = instance.view(records, length * RECORD);
    for (let i = 0; i < length; i++) {
      // Problem and notes.
      if (all.getUint16(i * RECORD + 18, true) !== 0) flawed.push(lineOf(i));
    }
  }
  return {
    length,
    flawed,
    entry: (index) => {
      const [network = ""] = instance.scratch(() => formatPrefixes(instance, records + index * RECORD, 1));
      return { network, line: lineOf(index) };
    },
    aggregate: () => aggregateAt(instance, records, length),
  };
}
