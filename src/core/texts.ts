// Parses a list of CIDRs and addresses to records.
// This module is browser-compatible.
import { checkTexts } from "./arguments.ts";
import { InvalidCidrError } from "./invalid-cidr.ts";
import { toRecords } from "./prefix.ts";
import { BITS_AT, NOTES_AT, PROBLEM_AT, PROBLEMS, type PrefixRecords, RECORD, STOP_AT, UNALIGNED } from "./record.ts";

/**
 * Parses CIDRs and addresses to valid, aligned records, in the same order; errors call the list `what`.
 * Throws `TypeError` if it is not an array of strings, and {@link InvalidCidrError} for the first text that is neither.
 */
export function readTexts(texts: readonly string[], what: string): PrefixRecords {
  checkTexts(texts, what);
  const addresses: number[] = [];
  for (let i = 0; i < texts.length; i++) if (!texts[i]?.includes("/")) addresses.push(i);
  const records = toRecords(texts, "prefix");
  const read = toRecords(
    addresses.map((i) => texts[i] ?? ""),
    "address",
  );
  for (const [i, index] of addresses.entries()) {
    records.bytes.set(read.bytes.subarray(i * RECORD, (i + 1) * RECORD), index * RECORD);
  }
  const { bytes } = records;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, index = 0; at < bytes.length; at += RECORD, index++) {
    const problem = PROBLEMS[bytes[at + PROBLEM_AT] ?? 0] ?? "none";
    if (problem !== "none") {
      throw new InvalidCidrError(
        texts[index] ?? "",
        { problem, at: view.getUint32(at + STOP_AT, true) },
        "either",
        index,
      );
    }
    if (((bytes[at + NOTES_AT] ?? 0) & UNALIGNED) !== 0) align(view, at);
  }
  return records;
}

/** Clears the host bits of a record. */
function align(view: DataView, at: number): void {
  const host = 128n - BigInt(view.getUint8(at + BITS_AT));
  const address = (view.getBigUint64(at, true) << 64n) | view.getBigUint64(at + 8, true);
  const network = (address >> host) << host;
  view.setBigUint64(at, network >> 64n, true);
  view.setBigUint64(at + 8, BigInt.asUintN(64, network), true);
  view.setUint8(at + NOTES_AT, view.getUint8(at + NOTES_AT) & ~UNALIGNED);
}
