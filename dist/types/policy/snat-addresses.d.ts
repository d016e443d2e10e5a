import type { Config, SnatRule } from "../config/index.ts";
/** A sentence about a range with addresses that are not on the node, and where the config has the range. */
export interface MissingAddresses {
    readonly message: string;
    readonly origin: SnatRule["origin"];
}
/**
 * The ranges of snat that hold addresses which are not among `local`, those of the node. That is no error: an address may
 * come later, or be routed to the node without being one of its own.
 */
export declare function missingAddresses({ snat }: Config, local: readonly string[]): readonly MissingAddresses[];
