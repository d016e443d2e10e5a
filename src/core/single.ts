// One text at a time, without a list around it: a call allocates nothing.
// This module is browser-compatible.
import { checkText, InvalidCidrError, type Wanted } from "./arguments.ts";
import { Instance } from "./instance.ts";
import { BITS_AT, FAMILY_AT, PROBLEM_AT, PROBLEMS, RECORD, STOP_AT } from "./record.ts";

/** Bytes of text that are read: no address and no prefix is longer. Of a longer text so many show that it is none. */
const LONGEST = 64;

/** What the core is told: `a.b.c.d/n` or `a.b.c.d`. */
const PREFIX = 0;
const ADDRESS = 1;
const SLASH = 0x2f;

/** A place in a core's memory for one text and the record that it becomes. */
export class SingleReader {
  readonly #instance: Instance;
  readonly #text: number;
  readonly #ends: number;
  /** Where the record is. */
  readonly record: number;
  #bytes: Uint8Array;
  #words: Uint32Array;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#text = instance.alloc(LONGEST);
    this.#ends = instance.alloc(4);
    this.record = instance.alloc(RECORD);
    this.#bytes = instance.bytes(this.#text, LONGEST);
    this.#words = instance.words(this.#ends, 1);
  }

  /**
   * Reads a text; what it is called in errors is `what`.
   * Throws `TypeError` if it is no string, and {@link InvalidCidrError} if it is not what is wanted.
   */
  read(text: string, what: string, wanted: Wanted): void {
    checkText(text, what, wanted);
    // The views go when the memory grows.
    if (this.#bytes.length === 0) {
      this.#bytes = this.#instance.bytes(this.#text, LONGEST);
      this.#words = this.#instance.words(this.#ends, 1);
    }
    const length = Math.min(text.length, LONGEST);
    let isPrefix = wanted === "prefix";
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      // What is not ASCII becomes a byte that belongs nowhere.
      this.#bytes[i] = code < 0x80 ? code : 0xff;
      if (code === SLASH && wanted === "either") isPrefix = true;
    }
    this.#words[0] = length;
    const { call } = this.#instance;
    call.parsePrefixes(this.#text, this.#ends, 1, isPrefix ? PREFIX : ADDRESS, this.record);
    const record = this.#instance.view(this.record, RECORD);
    const problem = PROBLEMS[record.getUint8(PROBLEM_AT)] ?? "none";
    if (problem !== "none") throw new InvalidCidrError(text, { problem, at: record.getUint32(STOP_AT, true) }, wanted);
  }

  /** The first `bits` bits of the family in 32-bit words, the rest zeros. */
  network(bits: number): readonly [family: number, a: number, b: number, c: number, d: number] {
    const record = this.#instance.view(this.record, RECORD);
    const word = (at: number, first: number) => {
      const own = Math.max(0, Math.min(32, bits - first));
      return own === 0 ? 0 : record.getUint32(at, true) & (-1 << (32 - own));
    };
    return [record.getUint8(FAMILY_AT), word(4, 0), word(0, 32), word(12, 64), word(8, 96)];
  }

  /** The length of the prefix. */
  get bits(): number {
    return this.#instance.view(this.record, RECORD).getUint8(BITS_AT);
  }
}

let pair: readonly [SingleReader, SingleReader] | undefined;

/** Two readers for what two texts have to do with each other. */
export function singlePair(): readonly [SingleReader, SingleReader] {
  if (!pair) {
    const instance = new Instance();
    pair = [new SingleReader(instance), new SingleReader(instance)];
  }
  return pair;
}

/** Does the prefix in one reader contain all of that in the other? */
export function holds(outer: SingleReader, inner: SingleReader): boolean {
  const { bits } = outer;
  if (bits > inner.bits) return false;
  const [a, b] = [outer.network(bits), inner.network(bits)];
  return a.every((word, i) => word === b[i]);
}
