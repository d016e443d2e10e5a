// Reads single texts; a call allocates nothing.
// This module is browser-compatible.
import { checkText } from "./arguments.ts";
import { Instance } from "./instance.ts";
import { InvalidCidrError, type Wanted } from "./invalid-cidr.ts";
import { BITS_AT, FAMILY_AT, PROBLEM_AT, PROBLEMS, RECORD, STOP_AT } from "./record.ts";

/** The maximum number of bytes that are read: no address or prefix is longer, so these are enough to reject a longer text. */
const MAX_LENGTH = 64;

/** The form that the core expects: `a.b.c.d/n` or `a.b.c.d`. */
const PREFIX = 0;
const ADDRESS = 1;
const SLASH = 0x2f;

/** Parses one text at a time to a record in a core's memory. */
export class SingleReader {
  readonly #instance: Instance;
  readonly #text: number;
  readonly #ends: number;
  /** The address of the record. */
  readonly record: number;
  /** The whole memory of the core, as bytes and as words. Both become empty when the memory grows. */
  #bytes = new Uint8Array();
  #words: Uint32Array = new Uint32Array();
  /** The text of the record, because the same CIDR is often passed again. */
  #last: string | undefined;
  #wanted: Wanted | undefined;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#text = instance.alloc(MAX_LENGTH);
    this.#ends = instance.alloc(4);
    this.record = instance.alloc(RECORD);
  }

  /**
   * Reads a text; errors call it `what`.
   * Throws `TypeError` if it is not a string, and {@link InvalidCidrError} if it is not what is wanted.
   */
  read(text: string, what: string, wanted: Wanted): void {
    if (text === this.#last && wanted === this.#wanted) return;
    checkText(text, what, wanted);
    this.#last = undefined;
    this.#refreshViews();
    const length = Math.min(text.length, MAX_LENGTH);
    let isPrefix = wanted === "prefix";
    for (let i = 0, at = this.#text; i < length; i++, at++) {
      const code = text.charCodeAt(i);
      // Other characters than ASCII become an invalid byte.
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

  /** Whether the prefix that was read contains the one that another reader of the same core has read. */
  contains(other: SingleReader): boolean {
    this.#refreshViews();
    const bytes = this.#bytes;
    const words = this.#words;
    const [a, b] = [this.record, other.record];
    const bits = bytes[a + BITS_AT] ?? 0;
    if (bytes[a + FAMILY_AT] !== bytes[b + FAMILY_AT] || bits > (bytes[b + BITS_AT] ?? 0)) return false;
    for (let left = bits, i = 0; left > 0; left -= 32, i++) {
      // Compares the network bits among the next 32; the upper half of each 64 is stored second.
      const differs = (words[(a >> 2) + (i ^ 1)] ?? 0) ^ (words[(b >> 2) + (i ^ 1)] ?? 0);
      if (left >= 32 ? differs !== 0 : differs >>> (32 - left) !== 0) return false;
    }
    return true;
  }

  #refreshViews(): void {
    if (this.#bytes.length > 0) return;
    this.#bytes = this.#instance.bytes(0, this.#instance.length);
    this.#words = this.#instance.words(0, this.#instance.length >> 2);
  }
}

let pair: readonly [SingleReader, SingleReader] | undefined;

/** Two readers, for comparing two texts. */
export function singlePair(): readonly [SingleReader, SingleReader] {
  if (!pair) {
    const instance = new Instance();
    pair = [new SingleReader(instance), new SingleReader(instance)];
  }
  return pair;
}
