// Rule text: finding one chain in a dump, and the smallest edit between two lists of rules.
// This module is browser-compatible.
import { CoreMemoryError, packTextsInSteps, shared } from "./instance.ts";
import { countInSteps, finish, type Steps } from "./steps.ts";

/** A rule as a tool printed it, without `-A CHAIN `. */
export interface ScannedRule {
  readonly spec: string;
  /** Packets and bytes counted, where the dump carries counters (`iptables-save -c`), else 0. */
  readonly packets: bigint;
  readonly bytes: bigint;
  /** The bytes of `spec`, if no line of iptables-restore can be made of the text: it has a newline or is not UTF-8. */
  readonly raw?: Uint8Array;
}

/** Text that holds a newline, or in place of bytes that are not UTF-8 a replacement character. */
const NO_LINE = /[\n\ufffd]/;

/** What a dump says about one chain of table nat. */
export interface Scan {
  readonly chainExists: boolean;
  /** The chain's rules, in order. */
  readonly rules: readonly ScannedRule[];
  /** Rules of POSTROUTING that lead to it. */
  readonly jumps: readonly ScannedRule[];
  /** Rules of other chains that lead to it, whole. */
  readonly references: readonly string[];
  /** Lines that iptables does not print. */
  readonly unreadable: readonly string[];
  /** Is table nat there at all, by its `*nat` line or as `-S POSTROUTING` shows it? */
  readonly natSeen: boolean;
  /** Was every table that was begun also committed? False for a dump cut short. */
  readonly whole: boolean;
  /** Rules in all tables of the dump. */
  readonly allRules: number;
}

const FINDING = 32;

/** Bytes of a dump that the core holds at a time. They fit in the processor's cache: a whole dump would cross it twice. */
const PIECE = 1 << 16;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Passes a dump through the core, in pieces; returns its findings. */
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
    // A line that no piece holds.
    if (scanned === 0) return findIn(dump, chain, dump.length);
    at += scanned;
  }
  return new DataView(shared.take(call.scanFindings(), call.scanFound() * FINDING).buffer);
}

/** Scans what `iptables-save` (with or without -c) or `iptables -t nat -S` printed for the chain of this name. */
export function scanRules(dump: Uint8Array, chain: string): Scan {
  return finish(scanRulesInSteps(dump, chain));
}

/** {@link scanRules} in steps. */
export function* scanRulesInSteps(dump: Uint8Array, chain: string): Steps<Scan> {
  // The core is everybody's: nothing of it is asked after a pause.
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

/** One step of an edit. Steps are carried out in order; `place` counts from 1 in the list as it is at that moment. */
export type Edit =
  | { readonly op: "delete"; readonly place: number; readonly line: string }
  | { readonly op: "insert"; readonly place: number; readonly line: string };

/**
 * The fewest deletions and insertions that make `from` into `to`, or undefined if both are so large and so full of
 * equal lines that the search does not fit. O((n + r) log n), r counting the pairs of equal lines
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
export function* diffLinesInSteps(from: readonly string[], to: readonly string[]): Steps<Edit[] | undefined> {
  const packed = yield* packTextsInSteps([...from, ...to]);
  // The core is everybody's: no pause before the result is copied.
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
