import { type Decider } from "./table.ts";
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
export declare class PrefixTable {
    #private;
    /**
     * Builds the table. Where CIDRs nest, the longest decides, as in a routing table, or the first in the list, as in a chain of
     * rules. Addresses are CIDRs of all their bits; host bits are ignored. O(n).
     *
     * Throws `TypeError` if the list is no array of strings, {@link InvalidCidrError} for the first that is neither a CIDR nor an
     * address, `RangeError` for another decider, and {@link CoreMemoryError} if the list does not fit.
     */
    constructor(prefixes: readonly string[], decider?: Decider);
    /** How many CIDRs there are. */
    get length(): number;
    /**
     * The CIDR that decides about an address; undefined if none contains it.
     * Throws `TypeError` if the address is no string, and {@link InvalidCidrError} if it is no address.
     */
    match(address: string): Match | undefined;
    /** Does any of the CIDRs contain an address? Throws as {@link PrefixTable.match} does. */
    has(address: string): boolean;
}
