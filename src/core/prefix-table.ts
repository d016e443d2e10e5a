// Looks up single addresses in a list of CIDRs.
// This module is browser-compatible.
import { checkWord } from "./arguments.ts";
import { Instance } from "./instance.ts";
import { RECORD } from "./record.ts";
import { SingleReader } from "./single.ts";
import { DECIDERS, type Decider, putTable } from "./table.ts";
import { readTexts } from "./texts.ts";

/** The result of {@link PrefixTable.match}. */
export interface Match {
  /** The deciding CIDR, as it was given. */
  readonly prefix: string;
  /** Its index in the list. */
  readonly index: number;
}

/**
 * A list of CIDRs, built once, for lookups of single addresses. It holds its own core, which is freed with the table. For
 * millions of addresses at a time, {@link buildTable} takes arrays of numbers and is much faster.
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
   * Builds the table. If CIDRs are nested, the longest decides, as in a routing table, or the first in the list, as in a chain of
   * rules. Addresses count as CIDRs of full length; host bits are ignored. O(n).
   *
   * Throws `TypeError` if the list is not an array of strings, {@link InvalidCidrError} for the first text that is neither a CIDR
   * nor an address, `RangeError` for an invalid decider, and {@link CoreMemoryError} if the list does not fit.
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

  /** The number of CIDRs. */
  get length(): number {
    return this.#prefixes.length;
  }

  /**
   * Returns the CIDR that decides about an address; undefined if none contains it.
   * Throws `TypeError` if the address is not a string, and {@link InvalidCidrError} if it is not an address.
   */
  match(address: string): Match | undefined {
    const index = this.#find(address);
    return index < 0 ? undefined : { prefix: this.#prefixes[index] ?? "", index };
  }

  /** Whether any of the CIDRs contains an address. Throws the same errors as {@link PrefixTable.match}. */
  has(address: string): boolean {
    return this.#find(address) >= 0;
  }

  #find(address: string): number {
    this.#reader.read(address, "the address", "address");
    this.#instance.call.lookupRecords(this.#table, this.#reader.record, RECORD, 1, this.#answer);
    return this.#instance.ints(this.#answer, 1)[0] ?? -1;
  }
}
