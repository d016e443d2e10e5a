// Many CIDRs, asked for one address at a time.
// This module is browser-compatible.
import { checkWord } from "./arguments.ts";
import { Instance } from "./instance.ts";
import { RECORD } from "./record.ts";
import { SingleReader } from "./single.ts";
import { DECIDERS, type Decider, putTable } from "./table.ts";
import { readTexts } from "./texts.ts";

/** What {@link PrefixTable.match} returns. */
export interface Match {
  /** The CIDR that decides, as it was given. */
  readonly prefix: string;
  /** Its place in the list. */
  readonly index: number;
}

/**
 * A list of CIDRs, built once, and asked for one address after the other. It holds a core of its own, which goes when the table
 * goes. For millions of addresses at a time {@link buildTable} takes arrays of numbers and is faster by far.
 *
 * @example
 * ```ts
 * const table = new PrefixTable(["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]);
 * table.match("10.1.2.3"); // { prefix: "10.1.0.0/16", index: 1 }
 * table.match("192.0.2.1"); // undefined
 * table.has("2001:db8::1"); // true
 * ```
 */
export class PrefixTable {
  readonly #prefixes: readonly string[];
  readonly #instance: Instance;
  readonly #table: number;
  readonly #reader: SingleReader;
  readonly #answer: number;

  /**
   * Builds the table. Where CIDRs nest, the longest decides, as in a routing table, or the first in the list, as in a chain of
   * rules. Addresses are CIDRs of all their bits; host bits are ignored. O(n).
   *
   * Throws `TypeError` if the list is no array of strings, {@link InvalidCidrError} for the first that is neither a CIDR nor an
   * address, `RangeError` for another decider, and {@link CoreMemoryError} if the list does not fit.
   */
  constructor(prefixes: readonly string[], decider: Decider = "longest") {
    checkWord(decider, DECIDERS, "the decider");
    const records = readTexts(prefixes, "the list");
    this.#prefixes = [...prefixes];
    this.#instance = new Instance();
    this.#table = putTable(this.#instance, records, decider).at;
    this.#reader = new SingleReader(this.#instance);
    this.#answer = this.#instance.alloc(4);
  }

  /** How many CIDRs there are. */
  get length(): number {
    return this.#prefixes.length;
  }

  /**
   * The CIDR that decides about an address; undefined if none contains it.
   * Throws `TypeError` if the address is no string, and {@link InvalidCidrError} if it is no address.
   */
  match(address: string): Match | undefined {
    const index = this.#find(address);
    return index < 0 ? undefined : { prefix: this.#prefixes[index] ?? "", index };
  }

  /** Does any of the CIDRs contain an address? Throws as {@link PrefixTable.match} does. */
  has(address: string): boolean {
    return this.#find(address) >= 0;
  }

  #find(address: string): number {
    this.#reader.read(address, "the address", "address");
    this.#instance.call.lookupRecords(this.#table, this.#reader.record, RECORD, 1, this.#answer);
    return this.#instance.ints(this.#answer, 1)[0] ?? -1;
  }
}
