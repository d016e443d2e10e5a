import type { Config, SnatRule } from "../config/index.ts";
/** A range of which the node lacks an address: a sentence for a person, and where the config names it. */
export interface MissingAddresses {
    readonly message: string;
    readonly origin: SnatRule["origin"];
}
/**
 * The ranges of snat that hold addresses which are not among `local`, those of the node. That is no error: an address may
 * come later, or be routed to the node without being one of its own.
 */
export declare function missingAddresses({ snat }: Config, local: readonly string[]): readonly MissingAddresses[];
