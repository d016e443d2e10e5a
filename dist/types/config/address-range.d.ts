import { type AddressRange } from "../core/index.ts";
/** An address or a range, as far as a pattern can tell. */
export declare const RANGE_PATTERN = "^[0-9a-fA-F.:]+( *- *[0-9a-fA-F.:]+)?$";
export type ParsedRange = {
    readonly ok: true;
    readonly range: AddressRange;
} | {
    readonly ok: false;
    readonly message: string;
    readonly hint: string;
};
/**
 * Reads `203.0.113.5`, or `203.0.113.5-203.0.113.9` with both ends of one family and the lower one first.
 */
export declare function parseAddressRange(text: string): ParsedRange;
