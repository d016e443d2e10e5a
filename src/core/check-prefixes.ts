// Checks that records are those of valid prefixes without host bits, which most functions need.
// This module is browser-compatible.
import { checkRecords } from "./arguments.ts";
import { shared } from "./instance.ts";
import { REASONS } from "./invalid-cidr.ts";
import { addressOf, formatNumbers } from "./prefix.ts";
import { BITS_AT, FAMILY_AT, PROBLEM_AT, PROBLEMS, type PrefixRecords, RECORD } from "./record.ts";

/** The records that are checked in one call: they fit in a near cache. */
const BATCH = 2048;

/**
 * Throws `TypeError` unless the value is records, and `RangeError` for the first one that is of an invalid text or has host bits
 * set. O(n), in a few hundredths of the time that building a table takes.
 */
export function checkPrefixes(value: unknown, what: string): asserts value is PrefixRecords {
  checkRecords(value, what);
  const { bytes, length } = value;
  shared.call.reset();
  const room = shared.alloc(BATCH * RECORD);
  for (let from = 0; from < length; from += BATCH) {
    const count = Math.min(BATCH, length - from);
    shared.overwrite(room, bytes.subarray(from * RECORD, (from + count) * RECORD));
    const found = shared.call.findUnusable(room, count);
    if (found >= 0) throw new RangeError(`${what}: ${whyUnusable(value, from + found)}`);
  }
}

function whyUnusable(records: PrefixRecords, index: number): string {
  const own = records.bytes.subarray(index * RECORD, (index + 1) * RECORD);
  const [family, bits = 0] = [own[FAMILY_AT], own[BITS_AT]];
  const problem = PROBLEMS[own[PROBLEM_AT] ?? 0];
  const width = family === 4 ? 32 : family === 6 ? 128 : 0;
  if (problem !== undefined && problem !== "none") {
    return `the text at index ${index} is not a CIDR: ${REASONS[problem]}; leave out those for which read[i].ok is false`;
  }
  if (problem === undefined || width === 0 || bits > width)
    return `the record at index ${index} is not from parsePrefixes`;
  const name = family === 4 ? "ipv4" : "ipv6";
  const address = addressOf(records, index);
  const host = BigInt(width - bits);
  const [text = "", network = ""] = formatNumbers(name, [address, (address >> host) << host]);
  return `${text}/${bits} at index ${index} is not aligned: host bits are set beyond the /${bits} prefix; write ${network}/${bits}`;
}
