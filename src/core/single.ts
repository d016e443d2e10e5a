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
  /** All memory of the core, in bytes and in words. Both are empty once the memory has grown. */
  #bytes = new Uint8Array();
  #words: Uint32Array = new Uint32Array();
  /** What the record says: one CIDR is often asked about again. */
  #last: string | undefined;
  #wanted: Wanted | undefined;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#text = instance.alloc(LONGEST);
    this.#ends = instance.alloc(4);
    this.record = instance.alloc(RECORD);
  }

  /**
   * Reads a text; what it is called in errors is `what`.
   * Throws `TypeError` if it is no string, and {@link InvalidCidrError} if it is not what is wanted.
   */
  read(text: string, what: string, wanted: Wanted): void {
    if (text === this.#last && wanted === this.#wanted) return;
    checkText(text, what, wanted);
    this.#last = undefined;
    this.#look();
    const length = Math.min(text.length, LONGEST);
    let isPrefix = wanted === "prefix";
    for (let i = 0, at = this.#text; i < length; i++, at++) {
      const code = text.charCodeAt(i);
      // What is not ASCII becomes a byte that belongs nowhere.
      this.#bytes[at] = code < 0x80 ? code : 0xff;
      if (code === SLASH && wanted === "either") isPrefix = true;
    }
    this.#words[this.#ends >> 2] = length;
    this.#instance.call.parsePrefixes(this.#text, this.#ends, 1, isPrefix ? PREFIX : ADDRESS, this.record);
    const problem = PROBLEMS[this.#bytes[this.record + PROBLEM_AT] ?? 0] ?? "none";
    if (problem !== "none") {
      throw new InvalidCidrError(text, { problem, at: this.#words[(this.record + STOP_AT) >> 2] ?? 0 }, wanted);
    }
    this.#last = text;
    this.#wanted = wanted;
  }

  /** Does the prefix that was read contain all of the one that another reader of the same core has read? */
  contains(other: SingleReader): boolean {
    this.#look();
    const bytes = this.#bytes;
    const words = this.#words;
    const [a, b] = [this.record, other.record];
    const bits = bytes[a + BITS_AT] ?? 0;
    if (bytes[a + FAMILY_AT] !== bytes[b + FAMILY_AT] || bits > (bytes[b + BITS_AT] ?? 0)) return false;
    for (let left = bits, i = 0; left > 0; left -= 32, i++) {
      // The network bits among the next 32; the upper half of each 64 comes second.
      const differs = (words[(a >> 2) + (i ^ 1)] ?? 0) ^ (words[(b >> 2) + (i ^ 1)] ?? 0);
      if (left >= 32 ? differs !== 0 : differs >>> (32 - left) !== 0) return false;
    }
    return true;
  }

  #look(): void {
    if (this.#bytes.length > 0) return;
    this.#bytes = this.#instance.bytes(0, this.#instance.length);
    this.#words = this.#instance.words(0, this.#instance.length >> 2);
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
