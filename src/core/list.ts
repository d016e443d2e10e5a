// Plain lists of prefixes: a prefix, or an address, on each line.
// This module is browser-compatible.
import { shared } from "./instance.ts";
import { type PrefixRecords, RECORD } from "./prefix.ts";

export interface PrefixList {
  /** In the order of the text; what is bad has a record too. */
  readonly records: PrefixRecords;
  /** The number of each one's line, from 1. */
  readonly lines: Uint32Array;
  /** How many are no prefix, are not aligned, or are written in a way that others refuse. */
  readonly doubtful: number;
  /** Is any of them an IPv6 prefix? */
  readonly hasIPv6: boolean;
}

/** What a load of 16 bytes at the last one reads. */
const SLACK = 16;

/**
 * Reads a plain list. Empty lines, white space around a prefix and what follows a `#` do not count; an address without a
 * length is a prefix of all its bits. O(n), about 50 million prefixes a second.
 */
export function parsePrefixList(text: Uint8Array): PrefixList {
  const { call } = shared;
  call.reset();
  const at = shared.alloc(text.length + 1 + SLACK);
  shared.putAt(at, text);
  shared.bytes(at + text.length, 1)[0] = 0x0a;
  const end = at + text.length + 1;
  const most = call.countLines(at, end);
  const lines = shared.alloc(most * 4);
  const records = shared.alloc(most * RECORD);
  const length = call.parseList(at, end, records, lines);
  const bytes = shared.take(records, length * RECORD);
  let hasIPv6 = false;
  for (let family = 16; family < bytes.length && !hasIPv6; family += RECORD) hasIPv6 = bytes[family] === 6;
  return {
    records: { length, bytes },
    lines: new Uint32Array(shared.take(lines, length * 4).buffer),
    doubtful: call.doubtfulRecords(),
    hasIPv6,
  };
}
