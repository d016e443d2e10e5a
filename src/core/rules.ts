// Finds one chain in a dump of rules, and the smallest edit between two lists of rules.
// This module is browser-compatible.
import { checkNumbers, checkText, checkTexts } from "./arguments.ts";
import { CoreMemoryError, packTextsInSteps, shared } from "./instance.ts";
import { countInSteps, finish, type Steps } from "./steps.ts";

/** A rule as printed by a tool, without `-A CHAIN `. */
export interface ScannedRule {
  readonly spec: string;
  /** The rule's counters if the dump has them (`iptables-save -c`), otherwise 0. */
  readonly packets: bigint;
  readonly bytes: bigint;
  /** The bytes of `spec` if the text cannot be a line of iptables-restore, because it has a newline or is not UTF-8. */
  readonly raw?: Uint8Array;
}

/** Matches text with a newline, or with a replacement character for bytes that are not UTF-8. */
const NO_LINE = /[\n\ufffd]/;

/** The contents of a dump that concern one chain of table nat. */
export interface Scan {
  readonly chainExists: boolean;
  /** The chain's rules, in order. */
  readonly rules: readonly ScannedRule[];
  /** Rules of POSTROUTING that jump to it. */
  readonly jumps: readonly ScannedRule[];
  /** Rules of other chains that jump to it, as whole lines. */
  readonly references: readonly string[];
  /** Lines that iptables would not print. */
  readonly unreadable: readonly string[];
  /** Whether the dump has table nat, according to a `*nat` line or to the output of `-S POSTROUTING`. */
  readonly natSeen: boolean;
  /** Whether every table ends with COMMIT. False for a truncated dump. */
  readonly whole: boolean;
  /** The number of rules in all tables of the dump. */
  readonly allRules: number;
}

const FINDING = 32;

/** The bytes of a dump in the core at a time. They fit in the processor's cache; a whole dump would pass through it twice. */
const PIECE = 1 << 16;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Passes a dump through the core in pieces; returns the findings. */
function findIn(dump: Uint8Array, chain: string, piece: number): DataView {
  const { call } = shared;
  call.reset();
  const text = shared.alloc(piece);
  const name = shared.putText(chain);
  const postrouting = shared.putText("POSTROUTING");
  call.beginScan(name.at, name.length, postrouting.at);
  for (let at = 0; at < dump.length; ) {
    const part = dump.subarray(at, at + piece);
    shared.overwrite(text, part);
    const scanned = call.scan(text, part.length, at, at + part.length === dump.length ? 1 : 0);
    if (scanned < 0) throw new CoreMemoryError(`a dump of ${dump.length} bytes does not fit`);
    // The line is longer than a piece.
    if (scanned === 0) return findIn(dump, chain, dump.length);
    at += scanned;
  }
  return new DataView(shared.take(call.scanFindings(), call.scanFound() * FINDING).buffer);
}

/** Scans the output of `iptables-save` (with or without -c) or `iptables -t nat -S` for the chain of this name. */
export function scanRules(dump: Uint8Array, chain: string): Scan {
  return finish(scanRulesInSteps(dump, chain));
}

/** {@link scanRules} in steps. */
export function scanRulesInSteps(dump: Uint8Array, chain: string): Steps<Scan> {
  checkNumbers(dump, Uint8Array, "the dump");
  checkText(chain, "the chain");
  return scanInSteps(dump, chain);
}

function* scanInSteps(dump: Uint8Array, chain: string): Steps<Scan> {
  // The core is shared, so nothing is read from it after a pause.
  const found = findIn(dump, chain, Math.min(PIECE, dump.length));
  const { call } = shared;
  const [whole, natSeen, allRules] = [call.scannedBalance() === 0, call.scannedNat() !== 0, call.scannedRules()];
  const rules: ScannedRule[] = [];
  const jumps: ScannedRule[] = [];
  const references: string[] = [];
  const unreadable: string[] = [];
  let chainExists = false;
  const read = (at: number) => {
    const part = () => {
      const start = found.getUint32(at + 4, true);
      return dump.subarray(start, start + found.getUint32(at + 8, true));
    };
    const words = () => decoder.decode(part());
    const rule = (): ScannedRule => {
      const spec = words();
      const packets = found.getBigUint64(at + 16, true);
      const bytes = found.getBigUint64(at + 24, true);
      return NO_LINE.test(spec) ? { spec, packets, bytes, raw: part() } : { spec, packets, bytes };
    };
    switch (found.getUint32(at, true)) {
      case 1:
        chainExists = true;
        break;
      case 2:
        rules.push(rule());
        break;
      case 3:
        jumps.push(rule());
        break;
      case 4:
        references.push(words());
        break;
      default:
        unreadable.push(words());
    }
  };
  yield* countInSteps(found.byteLength / FINDING, (i) => read(i * FINDING));
  return { chainExists, rules, jumps, references, unreadable, whole, natSeen, allRules };
}

/** One step of an edit. Steps apply in order; `place` counts from 1 in the list as it is at that point. */
export type Edit =
  | { readonly op: "delete"; readonly place: number; readonly line: string }
  | { readonly op: "insert"; readonly place: number; readonly line: string };

/**
 * Returns the fewest deletions and insertions that turn `from` into `to`, or undefined if both are so large and have so many
 * equal lines that the search does not fit. O((n + r) log n), where r is the number of pairs of equal lines
 * (Hunt and Szymanski, CACM 20(5), 1977).
 *
 * @example
 * ```ts
 * const [first, second] = diffLines(["a", "b"], ["b", "c"]);
 * first; // { op: "delete", place: 1, line: "a" }
 * second; // { op: "insert", place: 2, line: "c" }
 * ```
 */
export function diffLines(from: readonly string[], to: readonly string[]): Edit[] | undefined {
  return finish(diffLinesInSteps(from, to));
}

/** {@link diffLines} in steps. */
export function diffLinesInSteps(from: readonly string[], to: readonly string[]): Steps<Edit[] | undefined> {
  checkTexts(from, "the first list");
  checkTexts(to, "the second list");
  return diffInSteps(from, to);
}

function* diffInSteps(from: readonly string[], to: readonly string[]): Steps<Edit[] | undefined> {
  const packed = yield* packTextsInSteps([...from, ...to]);
  // The core is shared, so there is no pause before the result is copied.
  const { call } = shared;
  call.reset();
  const text = shared.put(packed.bytes);
  const ends = shared.put(packed.ends);
  const count = call.diffLines(text, ends, from.length, to.length);
  if (count < 0) return undefined;
  const words = shared.takeInts(call.editList(), count * 3);
  const edits: Edit[] = [];
  yield* countInSteps(count, (i) => {
    const [op, place, index] = words.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
    edits.push(
      op === 1 ? { op: "delete", place, line: from[index] ?? "" } : { op: "insert", place, line: to[index] ?? "" },
    );
  });
  return edits;
}
