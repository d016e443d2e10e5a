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

/** Bytes that one call reads. Code that the engine makes faster while a call runs serves the next call only. */
const SLICE = 1 << 16;

/**
 * Reads UTF-8 text of lines, each a prefix with white space around it or nothing; what follows a `#` does not count.
 * O(n), 24 bytes a line besides the text. Throws {@link CoreMemoryError} where it does not fit.
 */
export function readPrefixList(text: Uint8Array): PrefixList {
  const instance = new Instance();
  const { call } = instance;
  const start = instance.put(text);
  const end = start + text.length;
  const records = instance.alloc((call.countNewlines(start, text.length) + 1) * RECORD);
  call.beginList(records);
  for (let at = start; at < end; ) at = call.readLines(at, Math.min(at + SLICE, end), end);
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
